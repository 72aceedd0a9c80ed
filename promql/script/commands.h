// The commands of a script: load, clear, eval.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/matcher.h"
#include "promql/eval/query.h"
#include "promql/script/series_notation.h"

namespace tocsin::promql {

struct ClearCommand {
  uint32_t line = 0;
};

struct LoadCommand {
  uint32_t line = 0;
  base::DurationMs step = 0;
  std::vector<SeriesLine> series;
  uint32_t starts_line = 0;  ///< The last line of start timestamps; 0: there is none.
};

/// "msg:" or "regex:" of an expect line, or neither: anything matches.
struct TextMatch {
  std::optional<std::string> message;
  std::optional<base::Regex> regex;  ///< Made to match anywhere.
  std::string source;                ///< As written, for messages.
  bool matches(std::string_view text) const;
};

struct ExpectedSeries {
  uint32_t position = 0;  ///< Among the result lines, from 1.
  SeriesLine line;
};

/// What an eval must give.
struct Expectation {
  bool ordered = false;
  bool fails = false;
  std::optional<TextMatch> failure;
  std::vector<TextMatch> warnings;
  std::vector<TextMatch> infos;
  bool no_warnings = false;
  bool no_infos = false;
  std::optional<double> scalar;
  std::optional<std::string> string;
  bool range_vector = false;
  EvalRange points;  ///< When the points of expected series are: from start, step apart, to end.
  std::vector<ExpectedSeries> series;
};

struct EvalCommand {
  uint32_t line = 0;
  std::string text;  ///< The expression.
  ExprPtr expr;
  bool is_range = false;
  EvalRange range;  ///< start == end for instant queries.
  Expectation expected;
};

using Command = std::variant<ClearCommand, LoadCommand, EvalCommand>;

/// Reads a whole script; expressions are parsed with `features`. Fails with the line of the first
/// fault. Source: prometheus promql/promqltest/test.go.
base::Result<std::vector<Command>> parse_script(std::string_view text, const Features& features);

}  // namespace tocsin::promql
