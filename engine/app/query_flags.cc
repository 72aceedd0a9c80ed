#include "engine/app/query_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "engine/app/feature_flags.h"

namespace tocsin::app {
namespace {

// Calls `parse` with a flag's text and keeps what it says.
template <class T>
CLI::Option* add_checked(CLI::App& app, const std::string& names, T& out,
                         base::Result<T> (*parse)(std::string_view), const std::string& help) {
  return app.add_option_function<std::string>(
      names,
      [&out, parse, names](const std::string& text) {
        auto value = parse(text);
        if (!value) {
          const size_t longest = names.find("--");
          throw CLI::ValidationError(names.substr(longest, names.find(',', longest) - longest),
                                     value.error().message);
        }
        out = *std::move(value);
      },
      help);
}

base::Result<OutputFormat> parse_output(std::string_view text) {
  // "promql" is promtool's word for its text.
  if (text == "text" || text == "promql") return OutputFormat::kText;
  if (text == "json") return OutputFormat::kJson;
  if (text == "table") return OutputFormat::kTable;
  return base::Error{base::Code::kInvalid, "must be text, json or table"};
}

base::Result<OutputFormat> parse_text_output(std::string_view text) {
  if (text == "table") return base::Error{base::Code::kInvalid, "must be text or json"};
  return parse_output(text);
}

base::Result<When> parse_when(std::string_view text) {
  if (text == "auto") return When::kAuto;
  if (text == "always") return When::kAlways;
  if (text == "never") return When::kNever;
  return base::Error{base::Code::kInvalid, "must be auto, always or never"};
}

CLI::App* add_command(CLI::App& query, const std::string& name, const std::string& help,
                      const std::string& examples) {
  CLI::App* command = query.add_subcommand(name, help);
  std::string footer = "Example:";
  for (size_t at = 0; at < examples.size();) {
    const size_t end = std::min(examples.find('\n', at), examples.size());
    footer += "\n  tocsin query " + name + " " + examples.substr(at, end - at);
    at = end + 1;
  }
  command->footer(footer);
  return command;
}

void add_words(CLI::App& command, QueryFlags& flags, const std::string& names,
               const std::string& help) {
  command.add_option(names, flags.words, help);
}

void add_source(CLI::App& command, QueryFlags& flags) {
  command.add_option("--server", flags.server, "Where to ask, when no SERVER is named.")
      ->capture_default_str();
  command
      .add_option("--data", flags.data,
                  "Read this file in place of a server: OpenMetrics text with timestamps, or the "
                  "load blocks of a promqltest script. May be given several times.")
      ->allow_extra_args(false)
      ->type_name("FILE");
  add_checked<promql::Features>(command, "--enable-feature", flags.features, parse_features,
                                "With --data: comma-separated feature names.")
      ->join(',');
}

void add_output(CLI::App& command, QueryFlags& flags) {
  add_checked<OutputFormat>(command, "-o,--output,--format", flags.format, parse_output,
                            "text, json or table.")
      ->type_name("FORMAT");
  command.add_flag("--no-color,--no-colour", flags.no_colour,
                   "No colours, as with NO_COLOR in the environment.");
}

void add_text_output(CLI::App& command, QueryFlags& flags) {
  add_checked<OutputFormat>(command, "-o,--output,--format", flags.format, parse_text_output,
                            "text or json.")
      ->type_name("FORMAT")
      ->default_str("text");
}

void add_queries(CLI::App& command, QueryFlags& flags) {
  command.add_option("--queries", flags.queries,
                     "With --data: a file of expressions, one a line, in place of EXPR; each "
                     "answer is a line of JSON.");
}

void add_time(CLI::App& command, QueryFlags& flags) {
  command.add_option("--time", flags.time,
                     "Unix seconds or RFC 3339; default now, with --data its newest sample.");
}

void add_span(CLI::App& command, QueryFlags& flags, const std::string& start,
              const std::string& end) {
  command.add_option("--start", flags.start, "Unix seconds or RFC 3339; default " + start + ".");
  command.add_option("--end", flags.end, "Unix seconds or RFC 3339; default " + end + ".");
}

constexpr const char* kWordsOfExpr =
    "The expression; before it may stand the server's URL. What begins with a minus goes after --.";

void add_instant(CLI::App& query, QueryFlags& flags) {
  CLI::App* command = add_command(query, "instant", "Evaluate at one time.",
                                  "http://localhost:9099 'up == 0'\n'up == 0' -o table\n"
                                  "--data metrics.om 'sum by (job) (up)'");
  add_words(*command, flags, "EXPR", kWordsOfExpr);
  add_source(*command, flags);
  add_queries(*command, flags);
  add_time(*command, flags);
  add_output(*command, flags);
}

void add_range(CLI::App& query, QueryFlags& flags) {
  CLI::App* command = add_command(
      query, "range", "Evaluate over a range.",
      "http://localhost:9099 'rate(requests_total[5m])' --step 15s\n"
      "--data metrics.om 'gpu_temp' --start 2026-01-02T03:00:00Z --end 2026-01-02T04:00:00Z");
  add_words(*command, flags, "EXPR", kWordsOfExpr);
  add_source(*command, flags);
  add_queries(*command, flags);
  add_span(*command, flags, "an hour before the end", "now, with --data its newest sample");
  command->add_option("--step", flags.step, "Duration; default about 250 points.");
  add_output(*command, flags);
  add_checked<When>(*command, "--sparkline", flags.sparkline, parse_when,
                    "A curve per series: auto (on a terminal), always or never.")
      ->type_name("WHEN")
      ->default_str("auto");
}

void add_series(CLI::App& query, QueryFlags& flags) {
  CLI::App* command = add_command(
      query, "series", "List the series that match selectors.",
      "http://localhost:9099 'up{job=\"api\"}'\n--match 'up' --match 'process_start_time_seconds'"
      "\n--data metrics.om '{job=\"api\"}'");
  add_words(*command, flags, "SELECTOR", "Selectors; before them may stand the server's URL.");
  add_source(*command, flags);
  command->add_option("--match", flags.matches, "A selector; may be given several times.")
      ->allow_extra_args(false);
  add_span(*command, flags, "the oldest sample", "the newest");
  add_output(*command, flags);
}

void add_labels(CLI::App& query, QueryFlags& flags) {
  CLI::App* command = add_command(
      query, "labels", "List the names of labels, or with a NAME its values.",
      "http://localhost:9099\nhttp://localhost:9099 job\njob --match 'up' --data metrics.om");
  add_words(*command, flags, "NAME", "A label; before it may stand the server's URL.");
  add_source(*command, flags);
  command->add_option("--match", flags.matches, "Only of series that match this selector.")
      ->allow_extra_args(false);
  add_span(*command, flags, "the oldest sample", "the newest");
  add_text_output(*command, flags);
}

void add_format(CLI::App& query, QueryFlags& flags) {
  CLI::App* command =
      add_command(query, "format", "Print an expression in its usual layout; asks nobody.",
                  "'sum(rate(x[5m]))by(job)/sum(rate(y[5m]))by(job)>.1'");
  add_words(*command, flags, "EXPR", "The expression.");
  add_checked<promql::Features>(*command, "--enable-feature", flags.features, parse_features,
                                "Comma-separated feature names.")
      ->join(',');
  add_text_output(*command, flags);
}

void add_explain(CLI::App& query, QueryFlags& flags) {
  CLI::App* command =
      add_command(query, "explain",
                  "Show the plan of an expression: what each operator read, took and removed. Says "
                  "why an alert did not fire.",
                  "http://localhost:9099 'gpu_temp > 90 and on (host) up == 1'\n"
                  "--data metrics.om 'gpu_temp > 90' --time 2026-01-02T03:04:05Z");
  add_words(*command, flags, "EXPR", kWordsOfExpr);
  add_source(*command, flags);
  add_time(*command, flags);
  add_span(*command, flags, "none: at one time", "as --time");
  command->add_option("--step", flags.step, "With --start: duration; default about 250 points.");
  add_text_output(*command, flags);
  command->add_flag("--no-color,--no-colour", flags.no_colour,
                    "No colours, as with NO_COLOR in the environment.");
}

}  // namespace

void add_query_commands(CLI::App& root, QueryFlags& flags) {
  CLI::App* query = root.add_subcommand("query", "Ask a running server, or the data of files.");
  query->require_subcommand(1);
  query->footer(
      "Example:\n  tocsin query instant 'up == 0'\n  tocsin query explain 'gpu_temp > 90'");
  add_instant(*query, flags);
  add_range(*query, flags);
  add_series(*query, flags);
  add_labels(*query, flags);
  add_format(*query, flags);
  add_explain(*query, flags);
}

int run_query_command(const CLI::App& query, const QueryFlags& flags) {
  using Run = int (*)(const QueryFlags&);
  static constexpr std::pair<const char*, Run> kCommands[] = {
      {"instant", run_query_instant}, {"range", run_query_range},   {"series", run_query_series},
      {"labels", run_query_labels},   {"format", run_query_format}, {"explain", run_query_explain}};
  const auto* command = std::ranges::find_if(
      kCommands, [&](const auto& entry) { return query.got_subcommand(entry.first); });
  return command->second(flags);
}

}  // namespace tocsin::app
