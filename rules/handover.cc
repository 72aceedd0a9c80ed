#include "rules/handover.h"

#include <set>

namespace tocsin::rules {
namespace {

class Planner {
 public:
  /// Pairs what is still free in both groups.
  void pair(const Group& old_group, const Group& new_group) {
    for (const auto& to : new_group.rules()) {
      if (taken_.contains(to.get())) continue;
      for (const auto& from : old_group.rules()) {
        if (taken_.contains(from.get()) || !to->continues(*from)) continue;
        out_.moves.push_back({from.get(), to.get()});
        taken_.insert(from.get());
        taken_.insert(to.get());
        break;
      }
    }
  }

  Handover finish(const std::vector<std::shared_ptr<Group>>& old_groups) {
    for (const auto& group : old_groups) {
      for (const auto& rule : group->rules()) {
        if (!taken_.contains(rule.get())) out_.orphans.push_back(rule.get());
      }
    }
    return std::move(out_);
  }

 private:
  Handover out_;
  std::set<const Rule*> taken_;
};

}  // namespace

Handover plan_handover(const std::vector<std::shared_ptr<Group>>& old_groups,
                       const std::vector<std::shared_ptr<Group>>& new_groups) {
  Planner planner;
  for (const bool same_key : {true, false}) {
    for (const auto& to : new_groups) {
      for (const auto& from : old_groups) {
        if ((from->spec().key() == to->spec().key()) == same_key) planner.pair(*from, *to);
      }
    }
  }
  return planner.finish(old_groups);
}

void carry_out(const Handover& handover, base::TimestampMs t, const base::Log& log) {
  for (const Handover::Move& move : handover.moves) move.to->adopt(*move.from);
  for (Rule* rule : handover.orphans) {
    const base::Status ended = rule->end_series(t);
    if (ended.ok()) continue;
    log.warn("ending the series of a removed rule failed",
             {{"name", rule->spec().name}, {"error", ended.error().message}});
  }
}

}  // namespace tocsin::rules
