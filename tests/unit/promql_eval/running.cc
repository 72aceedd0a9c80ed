#include "running.h"

#include <algorithm>
#include <vector>

#include "engine/base/number.h"

namespace tocsin::promql::test {
namespace {

std::string describe(const Point& point) {
  return point.h ? "histogram" : base::format_general(point.v);
}

std::string join(std::vector<std::string> lines, const QueryResult& result, const std::string& text,
                 bool ordered) {
  if (!ordered) std::sort(lines.begin(), lines.end());
  for (const auto& warning : result.annotations.render(base::Severity::kWarning, text)) {
    lines.push_back("warning: " + warning);
  }
  for (const auto& info : result.annotations.render(base::Severity::kInfo, text)) {
    lines.push_back("info: " + info);
  }
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

}  // namespace

const base::Clock& system_clock() {
  static const base::SystemClock clock;
  return clock;
}

base::Result<std::unique_ptr<Query>> prepare(const std::string& text, base::SeriesSource& source,
                                             const EvalOptions& options) {
  ASSIGN_OR_RETURN(const ExprPtr expr, parse_expr(text, Features::all()));
  return Query::prepare(*expr, text, source, options, system_clock());
}

std::string instant(const std::string& text, base::SeriesSource& source, base::TimestampMs t,
                    const EvalOptions& options, bool ordered) {
  auto query = prepare(text, source, options);
  if (!query) return "error: " + query.error().to_string();
  const auto result = (*query)->run({t, t, 0});
  if (!result) return "error: " + result.error().to_string();
  std::vector<std::string> lines;
  if (result->type == ValueType::kScalar) lines.push_back(describe(result->scalar));
  if (result->type == ValueType::kString) lines.push_back(result->string);
  for (const ResultSeries& series : result->series) {
    std::string line = series.labels.to_metric();
    for (const Point& point : series.points) {
      line += " " + describe(point);
      if (result->type == ValueType::kMatrix) line += "@" + std::to_string(point.t);
    }
    lines.push_back(line);
  }
  return join(lines, *result, text, ordered);
}

std::string range(const std::string& text, base::SeriesSource& source, const EvalRange& range,
                  const EvalOptions& options) {
  auto query = prepare(text, source, options);
  if (!query) return "error: " + query.error().to_string();
  const auto result = (*query)->run(range);
  if (!result) return "error: " + result.error().to_string();
  std::vector<std::string> lines;
  for (const ResultSeries& series : result->series) {
    std::string line = series.labels.to_metric();
    for (const Point& point : series.points) {
      line += " " + describe(point) + "@" + std::to_string(point.t);
    }
    lines.push_back(line);
  }
  return join(lines, *result, text, true);
}

}  // namespace tocsin::promql::test
