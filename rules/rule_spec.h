// Rules as their files say them: checked, parsed, immutable.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/base/time.h"
#include "promql/syntax/ast.h"

namespace tocsin::rules {

/// Names and texts (values, templates), sorted by name, names unique.
using TextPairs = std::vector<std::pair<std::string, std::string>>;

enum class RuleKind : uint8_t { kAlerting, kRecording };

/// One rule. `labels` are the rule's own; see merged_labels().
struct RuleSpec {
  RuleKind kind = RuleKind::kAlerting;
  std::string name;                          ///< The alert, or the metric recorded.
  std::string query;                         ///< The expression as promql::print() writes it.
  std::shared_ptr<const promql::Expr> expr;  ///< Never null in a loaded file.
  std::string text;           ///< The expression as written: `expr` counts its bytes.
  base::DurationMs hold = 0;  ///< `for`
  base::DurationMs keep_firing_for = 0;
  TextPairs labels;           ///< Templates when alerting, values when recording.
  TextPairs annotations;      ///< Templates.
  base::Position where;       ///< Of the rule.
  base::Position expr_where;  ///< Of its expression.
};

/// A group. Its identity is file and name.
struct GroupSpec {
  std::string name;
  /// Path of the file. When a file holds several manifests: "PATH#NAMESPACE/NAME".
  std::string file;
  base::DurationMs interval = 0;                 ///< 0: the global evaluation interval.
  std::optional<base::DurationMs> query_offset;  ///< Unset: the global one.
  int64_t limit = 0;                             ///< Series or alerts of one rule; <= 0: none.
  TextPairs labels;                              ///< Under the rules' own.
  std::vector<RuleSpec> rules;
  base::Position where;

  /// "FILE;NAME", as upstream's rule_group label and metrics say it.
  std::string key() const { return file + ";" + name; }
};

struct RuleFile {
  std::string path;
  std::vector<GroupSpec> groups;
};

/// Group labels with the rule's laid over them, sorted by name.
TextPairs merged_labels(const GroupSpec& group, const RuleSpec& rule);

/// True when a running group may go on untouched: everything but positions is the same.
bool same_group(const GroupSpec& a, const GroupSpec& b);

}  // namespace tocsin::rules
