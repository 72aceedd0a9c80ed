// PromQL text → typed tree. The door of promql/syntax.
// Language: Prometheus 3.14 (docs/compatibility.md lists every difference).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// `--enable-feature=` names that change the language.
struct Features {
  bool experimental_functions = false;    ///< promql-experimental-functions
  bool extended_range_selectors = false;  ///< promql-extended-range-selectors
  bool binop_fill_modifiers = false;      ///< promql-binop-fill-modifiers
  bool delayed_name_removal = false;      ///< promql-delayed-name-removal
  bool type_and_unit_labels = false;      ///< type-and-unit-labels
  bool use_start_timestamps = false;      ///< use-start-timestamps
  bool per_step_stats = false;            ///< promql-per-step-stats
  static Features all();
};

/// One fault. `message` without the "1:5: parse error:" in front.
struct ParseIssue {
  base::PosRange pos;
  std::string message;
};

/// All faults found, in upstream's order; at least one.
struct ParseErrors {
  std::vector<ParseIssue> issues;
};

/// Bounds on a query: text bytes and nesting.
struct ParseLimits {
  uint32_t bytes_max = 1u << 20;
  uint32_t depth_max = 250;
};

/// Parses and type-checks. Never throws, never recurses deeper than the limit.
base::Result<ExprPtr, ParseErrors> parse(std::string_view text, const Features& features = {},
                                         const ParseLimits& limits = {});
/// As parse, failing with a one-line Error: "1:5: parse error: …" (upstream's text).
base::Result<ExprPtr> parse_expr(std::string_view text, const Features& features = {});
/// Upstream's "LINE:COL: parse error: MESSAGE" of the first issue.
std::string describe(const ParseErrors& errors, std::string_view text);

/// A selector alone ("up{job=\"x\"}"), as match[] parameters have it.
base::Result<base::Matchers> parse_selector(std::string_view text);
/// A metric ("name{a=\"b\"}" or "{a=\"b\"}"), as promqltest and unit tests have it.
base::Result<base::Labels> parse_metric(std::string_view text);

}  // namespace tocsin::promql
