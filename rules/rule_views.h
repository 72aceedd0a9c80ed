// What rules look like from outside at one moment: plain copies, for the API, the UI and tests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/labels.h"
#include "rules/alert_state.h"
#include "rules/rule_spec.h"

namespace tocsin::rules {

enum class RuleHealth : uint8_t {
  kUnknown,  ///< Not evaluated yet.
  kOk,
  kErr,  ///< The last evaluation failed; see last_error.
};
/// "unknown", "ok", "err".
std::string_view to_string(RuleHealth health);

/// A pending or firing alert (also one kept firing). Annotations are rendered with the value of the
/// last evaluation that had the alert in its result.
struct AlertView {
  base::Labels labels;
  base::Labels annotations;
  AlertState state = AlertState::kPending;
  base::TimestampMs active_at = 0;
  std::optional<base::TimestampMs> keep_firing_since;
  double value = 0;
};

struct RuleView {
  RuleKind kind = RuleKind::kAlerting;
  std::string name;
  std::string query;  ///< Canonical text.
  base::DurationMs hold = 0;
  base::DurationMs keep_firing_for = 0;
  TextPairs labels;       ///< As written, group labels included: templates when alerting.
  TextPairs annotations;  ///< As written.
  AlertState state =
      AlertState::kInactive;      ///< The highest of its alerts; kNone: not evaluated yet.
  std::vector<AlertView> alerts;  ///< Sorted by labels; empty when not asked for.
  RuleHealth health = RuleHealth::kUnknown;
  std::string last_error;
  int64_t evaluation_ns = 0;
  std::optional<base::TimestampMs> last_evaluation;  ///< Wall clock at its start.
};

struct GroupView {
  std::string name;
  std::string file;
  base::DurationMs interval = 0;
  int64_t limit = 0;
  std::vector<RuleView> rules;
  int64_t evaluation_ns = 0;
  std::optional<base::TimestampMs> last_evaluation;
};

}  // namespace tocsin::rules
