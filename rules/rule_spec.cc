#include "rules/rule_spec.h"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace tocsin::rules {
namespace {

bool same_rule(const RuleSpec& a, const RuleSpec& b) {
  const auto text = [](const RuleSpec& r) {
    return std::tie(r.kind, r.name, r.query, r.hold, r.keep_firing_for, r.labels, r.annotations);
  };
  return text(a) == text(b);
}

}  // namespace

TextPairs merged_labels(const GroupSpec& group, const RuleSpec& rule) {
  TextPairs merged;
  // Of equal names std::set_union takes the one of the first range.
  std::set_union(rule.labels.begin(), rule.labels.end(), group.labels.begin(), group.labels.end(),
                 std::back_inserter(merged),
                 [](const auto& a, const auto& b) { return a.first < b.first; });
  return merged;
}

bool same_group(const GroupSpec& a, const GroupSpec& b) {
  const auto head = [](const GroupSpec& g) {
    return std::tie(g.name, g.file, g.interval, g.query_offset, g.limit, g.labels);
  };
  return head(a) == head(b) &&
         std::equal(a.rules.begin(), a.rules.end(), b.rules.begin(), b.rules.end(), same_rule);
}

}  // namespace tocsin::rules
