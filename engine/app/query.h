// tocsin query: ask a running server, or the data of files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "promql/syntax/parser.h"

namespace tocsin::app {

enum class OutputFormat : uint8_t {
  kChosen,  ///< Text; for ranges on a terminal a table.
  kText,    ///< As promtool prints.
  kJson,
  kTable,
};

enum class When : uint8_t { kAuto, kAlways, kNever };

/// Flags and words of all commands below `tocsin query`; each reads those it has.
struct QueryFlags {
  std::string server = "http://localhost:9099";
  std::vector<std::string> words;  ///< What stands without a flag: server, expression, …
  std::string time;                ///< Instant queries: empty means now.
  std::string start;
  std::string end;
  std::string step;
  std::vector<std::string> matches;  ///< Selectors of series and labels.
  OutputFormat format = OutputFormat::kChosen;
  When sparkline = When::kAuto;
  bool no_colour = false;
  std::vector<std::string> data;  ///< Files to evaluate over, in place of a server.
  std::string queries;        ///< A file of expressions, one a line; answers as JSON, one a line.
  promql::Features features;  ///< Of evaluations over `data`, and of `format`.
};

/// Each prints its answer and returns the exit code (commands.h).
int run_query_instant(const QueryFlags& flags);
int run_query_range(const QueryFlags& flags);
int run_query_series(const QueryFlags& flags);
int run_query_labels(const QueryFlags& flags);
int run_query_format(const QueryFlags& flags);
int run_query_explain(const QueryFlags& flags);

}  // namespace tocsin::app
