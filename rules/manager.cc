#include "rules/manager.h"

#include <time.h>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <tuple>
#include <utility>

#include "promql/eval/eval_memory.h"
#include "rules/handover.h"

namespace tocsin::rules {

using base::Code;

namespace {

/// Not wall time: a busy machine must not be taken for expensive rules.
int64_t thread_cpu_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

RuleFlags with_memory(RuleFlags flags) {
  flags.eval.memory = std::make_shared<promql::EvalMemoryPool>();
  return flags;
}

}  // namespace

Manager::Manager(base::Loop& loop, base::Executor& executor, RuleServices services, RuleFlags flags)
    : services_(std::move(services)),
      flags_(with_memory(std::move(flags))),
      scheduler_(loop, executor, services_.clock),
      commits_(services_.clock),
      early_(loop, scheduler_, services_.clock, commits_),
      published_(std::make_shared<const Groups>()) {}

Manager::~Manager() = default;

RuleErrors Manager::apply(const std::vector<RuleFile>& files, const RuleSettings& settings) {
  const auto previous_templates = templates_;
  const bool same_templates = templates_ != nullptr && templates_->names() == settings.names &&
                              settings.evaluation_interval == settings_.evaluation_interval;
  if (!same_templates) {
    templates_ = std::make_shared<const TemplateHost>(
        services_.source, services_.clock, eval_options(flags_, settings), settings.names,
        services_.metrics, services_.log);
  }
  RuleErrors errors;
  Change change;
  Entries entries = build(files, settings, change, errors);
  if (!errors.empty()) {
    templates_ = previous_templates;
    for (const auto& entry : change.coming) {
      if (entry->group != nullptr) forget_metrics(*entry->group);
    }
    return errors;
  }
  for (const auto& [key, entry] : entries_) {
    const auto kept = entries.find(key);
    if (kept == entries.end() || kept->second != entry) change.leaving.push_back(entry);
  }
  settings_ = settings;
  entries_ = std::move(entries);
  publish();
  begin_change(std::move(change));
  flags_.eval.memory->clear();
  return {};
}

Manager::Entries Manager::build(const std::vector<RuleFile>& files, const RuleSettings& settings,
                                Change& change, RuleErrors& errors) {
  Entries entries;
  const bool same_settings = settings == settings_;
  for (const RuleFile& file : files) {
    for (const GroupSpec& spec : file.groups) {
      const std::string key = spec.key();
      const auto old = entries_.find(key);
      std::shared_ptr<Entry> entry;
      if (same_settings && old != entries_.end() && same_group(old->second->group->spec(), spec)) {
        entry = old->second;
      } else {
        entry = std::make_shared<Entry>();
        entry->group = Group::make(spec, settings, flags_, services_, templates_, errors);
        change.coming.push_back(entry);
      }
      if (!entries.emplace(key, std::move(entry)).second) {
        errors.push_back({Code::kInvalid,
                          "group \"" + spec.name + "\" of this file was loaded twice", spec.where});
      }
    }
  }
  return entries;
}

void Manager::begin_change(Change change) {
  changes_.push_back(std::move(change));
  // Deque elements stay where they are while others are pushed and popped.
  Change& begun = changes_.back();
  begun.passes = begun.leaving.size() + 1;  // One for this function: not before all are retired.
  for (const auto& entry : begun.leaving) {
    retire(*entry, [this, &begun] {
      --begun.passes;
      finish_changes();
    });
  }
  --begun.passes;
  finish_changes();
}

void Manager::retire(Entry& entry, std::function<void()> ended) {
  entry.retired = true;
  if (entry.task == 0) {
    ended();
    return;
  }
  early_.remove(entry.task);
  scheduler_.remove(std::exchange(entry.task, 0), std::move(ended));
}

void Manager::finish_changes() {
  while (!changes_.empty() && changes_.front().passes == 0) {
    const Change change = std::move(changes_.front());
    changes_.pop_front();
    finish(change);
  }
  finish_stop();
}

void Manager::finish(const Change& change) {
  std::vector<std::shared_ptr<Group>> leaving;
  std::vector<std::shared_ptr<Group>> coming;
  for (const auto& entry : change.leaving) leaving.push_back(entry->group);
  for (const auto& entry : change.coming) coming.push_back(entry->group);
  carry_out(plan_handover(leaving, coming), services_.clock.now(), services_.log);
  for (const auto& group : leaving) forget_metrics(*group);
  for (const auto& entry : change.coming) {
    entry->group->show_shape();
    schedule(*entry);
  }
}

void Manager::forget_metrics(const Group& group) {
  const std::string key = group.spec().key();
  if (!entries_.contains(key)) remove_group_metrics(services_.metrics, key);
}

void Manager::schedule(Entry& entry) {
  if (!started_ || stopping_ || entry.retired || entry.task != 0) return;
  Group* group = entry.group.get();
  const GroupSpec& spec = group->spec();
  SlotTask task{.interval = group->interval(),
                .phase = hashed_phase(spec.file, spec.name, group->interval()),
                .run = [keep = entry.group](base::TimestampMs slot) { keep->evaluate(slot); },
                .missed = [group](uint64_t slots) { group->add_missed(slots); }};
  if (flags_.early_evaluation) {
    task.finished = [this, group](Scheduler::TaskId id) {
      early_.set_writers(id, group->early_writers());
      follow_scrapes(id, *group);
    };
  }
  entry.task = scheduler_.add(std::move(task));
  if (!group->suits_early()) return;
  early_.add(entry.task, {group->interval(), [keep = entry.group](base::TimestampMs t) {
                            const int64_t began_ns = thread_cpu_ns();
                            keep->evaluate_early(t);
                            return thread_cpu_ns() - began_ns;
                          }});
}

void Manager::follow_scrapes(Scheduler::TaskId id, const Group& group) {
  if (group.slot_writers().empty()) return;
  const auto phase =
      better_phase(commits_.of(group.slot_writers()), group.interval(), scheduler_.phase(id));
  if (phase) scheduler_.move(id, *phase);
}

void Manager::on_commit(uint32_t writer) {
  commits_.note(writer);
  early_.on_commit(writer);
}

void Manager::start() {
  started_ = true;
  for (const auto& [key, entry] : entries_) schedule(*entry);
}

void Manager::stop(std::function<void()> done) {
  assert(!stopping_);
  stopping_ = true;
  on_stopped_ = std::move(done);
  stopping_passes_ = 1;
  for (const auto& [key, entry] : entries_) {
    ++stopping_passes_;
    retire(*entry, [this] {
      --stopping_passes_;
      finish_stop();
    });
  }
  --stopping_passes_;
  finish_stop();
}

void Manager::finish_stop() {
  if (!stopping_ || stopping_passes_ > 0 || !changes_.empty()) return;
  if (on_stopped_) std::exchange(on_stopped_, nullptr)();
}

void Manager::publish() {
  auto groups = std::make_shared<Groups>();
  for (const auto& [key, entry] : entries_) groups->push_back(entry->group);
  std::sort(groups->begin(), groups->end(), [](const auto& a, const auto& b) {
    return std::tie(a->spec().file, a->spec().name) < std::tie(b->spec().file, b->spec().name);
  });
  const std::lock_guard lock(mutex_);
  published_ = std::move(groups);
}

std::shared_ptr<const Manager::Groups> Manager::published() const {
  const std::lock_guard lock(mutex_);
  return published_;
}

std::vector<GroupView> Manager::groups(bool with_alerts) const {
  std::vector<GroupView> views;
  const std::shared_ptr<const Groups> all = published();  // A reload may replace them meanwhile.
  for (const auto& group : *all) views.push_back(group->view(with_alerts));
  return views;
}

std::vector<AlertView> Manager::alerts() const {
  std::vector<AlertView> alerts;
  for (GroupView& group : groups()) {
    for (RuleView& rule : group.rules) {
      std::move(rule.alerts.begin(), rule.alerts.end(), std::back_inserter(alerts));
    }
  }
  return alerts;
}

}  // namespace tocsin::rules
