// Rule files, loaded and tried against the evaluator.
#pragma once

#include <string>

#include "rules/rule_file.h"

namespace tocsin::app {

/// rules::load_rule_file, and every expression prepared for evaluation: what this version's
/// evaluator lacks is an error here, placed in the file, instead of a surprise at start-up.
base::Result<rules::RuleFile, rules::RuleErrors> load_evaluable_rules(
    const std::string& path, const promql::Features& features);

}  // namespace tocsin::app
