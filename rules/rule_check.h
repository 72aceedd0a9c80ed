// The checks of one rule beyond its YAML shape. Internal to rules/.
#pragma once

#include <string>
#include <string_view>

#include "engine/config/yaml.h"
#include "rules/rule_file.h"

namespace tocsin::rules {

/// Where a rule stands, for messages.
struct RulePlace {
  std::string_view source;  ///< The whole file.
  std::string_view group_name;
  size_t number = 0;  ///< From 1.
  const config::YamlNode* node = nullptr;
};

/// Errors of one file beyond which nothing more is looked at.
inline constexpr size_t kRuleErrorsMax = 1000;

/// Parses the expression of `rule` into it and appends everything wrong with the rule to `errors`,
/// with upstream's words in upstream's order; maps in the order of their keys.
void check_rule(RuleSpec& rule, const RulePlace& place, const RuleFileOptions& options,
                RuleErrors& errors);

/// Checks a group's labels. `alerting`: there are alerting rules, so the values are templates.
void check_group_labels(const GroupSpec& group, const config::YamlNode& node, bool alerting,
                        const RuleFileOptions& options, RuleErrors& errors);

}  // namespace tocsin::rules
