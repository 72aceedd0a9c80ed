// How state passes from the rules of one configuration to those of the next.
#pragma once

#include <memory>
#include <vector>

#include "engine/base/log.h"
#include "rules/group.h"

namespace tocsin::rules {

/// Pairs of rules, old and new, of the same kind, name and labels; each rule in at most one.
struct Handover {
  struct Move {
    Rule* from;
    Rule* to;
  };
  std::vector<Move> moves;
  std::vector<Rule*> orphans;  ///< Old rules that nobody continues.
};

/// Plans it: a rule is first looked for in the group of the same file and name, in order, then in
/// the other groups that go (a rule that moved keeps its state). Pure.
/// DIFFERS: upstream looks only in the group of the same file and name.
Handover plan_handover(const std::vector<std::shared_ptr<Group>>& old_groups,
                       const std::vector<std::shared_ptr<Group>>& new_groups);

/// Carries it out: none of the groups may be evaluating. The series of orphans become stale at `t`.
void carry_out(const Handover& handover, base::TimestampMs t, const base::Log& log);

}  // namespace tocsin::rules
