#include "promql/script/script.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "promql/script/commands.h"
#include "promql/script/memory_source.h"
#include "promql/script/run_eval.h"

namespace tocsin::promql {
namespace {

constexpr std::streamoff kScriptBytesMax = 64 << 20;

class ScriptRun {
 public:
  ScriptRun(const ScriptOptions& options, const base::Clock& clock)
      : options_(options), clock_(clock) {}

  ScriptReport run(const std::vector<Command>& commands) {
    for (const Command& command : commands) {
      std::visit([this](const auto& c) { perform(c); }, command);
    }
    return std::move(report_);
  }

 private:
  void perform(const ClearCommand&) { source_.clear(); }

  void perform(const LoadCommand& command) {
    if (const base::Status status = load(command); !status) {
      report_.cases.push_back({command.line, "load", CaseOutcome::kFailed, status.error().message});
    }
  }

  base::Status load(const LoadCommand& command) {
    for (const SeriesLine& series : command.series) {
      base::TimestampMs t = 0;
      for (size_t i = 0; i < series.points.size(); ++i, t += command.step) {
        if (!series.points[i].omitted) RETURN_IF_ERROR(append(series, i, t));
      }
    }
    return {};
  }

  base::Status append(const SeriesLine& series, size_t i, base::TimestampMs t) {
    const SequencePoint& point = series.points[i];
    const bool has_start = !series.starts.empty() && series.starts[i];
    const base::TimestampMs start = has_start ? t + *series.starts[i] : base::kNoStart;
    if (point.h) return source_.append(series.labels, t, point.h, start);
    return source_.append(series.labels, t, point.v, start);
  }

  void perform(const EvalCommand& command) {
    EvalVerdict verdict = run_eval(command, {source_, options_.eval, clock_});
    const CaseOutcome outcome = verdict.passed ? CaseOutcome::kPassed : CaseOutcome::kFailed;
    report_.cases.push_back({command.line, command.text, outcome, std::move(verdict.reason)});
  }

  const ScriptOptions& options_;
  const base::Clock& clock_;
  MemorySource source_;
  ScriptReport report_;
};

}  // namespace

std::string_view to_string(CaseOutcome outcome) {
  switch (outcome) {
    case CaseOutcome::kPassed:
      return "passed";
    case CaseOutcome::kFailed:
      return "failed";
  }
  return "";
}

size_t ScriptReport::count(CaseOutcome outcome) const {
  return static_cast<size_t>(std::count_if(
      cases.begin(), cases.end(), [&](const CaseReport& c) { return c.outcome == outcome; }));
}

EvalOptions ScriptOptions::upstream_options() {
  EvalOptions options;
  options.limits.samples_max = 10000;
  options.limits.timeout = 100 * base::kSecond;
  options.features = Features::all();
  options.features.type_and_unit_labels = false;
  return options;
}

base::Result<ScriptReport> run_script(std::string_view text, const ScriptOptions& options,
                                      const base::Clock& clock) {
  ASSIGN_OR_RETURN(const std::vector<Command> commands, parse_script(text, options.eval.features));
  return ScriptRun(options, clock).run(commands);
}

base::Result<ScriptReport> run_script_file(const std::string& path, const ScriptOptions& options,
                                           const base::Clock& clock) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return base::Error{base::Code::kNotFound, "cannot read the script " + path};
  if (file.tellg() > kScriptBytesMax) {
    return base::Error{base::Code::kLimit, "the script " + path + " is larger than 64 MiB"};
  }
  file.seekg(0);
  std::ostringstream text;
  text << file.rdbuf();
  auto report = run_script(text.str(), options, clock);
  if (!report) {
    base::Error error = std::move(report).error();
    error.where.file = path;
    return error;
  }
  report->path = path;
  return report;
}

}  // namespace tocsin::promql
