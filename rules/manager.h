// All rule groups of the process: load, run, reload, stop, look at.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/executor.h"
#include "rules/commit_times.h"
#include "rules/early_runner.h"
#include "rules/group.h"
#include "rules/rule_file.h"
#include "rules/scheduler.h"

namespace tocsin::rules {

/// apply(), start() and stop() on the loop's thread; groups() and alerts() on any. Rules are
/// evaluated on the executor. Source: prometheus rules/manager.go.
class Manager {
 public:
  /// All references outlive the manager.
  Manager(base::Loop& loop, base::Executor& executor, RuleServices services, RuleFlags flags);
  /// Requires that stop() is done, or start() was never called.
  ~Manager();

  /// Makes these groups the running ones, all or nothing: after errors everything is as before.
  /// Groups that are the same go on untouched; others are replaced when their current pass is over,
  /// and rules of the same name and labels keep state and series. Series of removed rules become
  /// stale. An empty result is success.
  [[nodiscard]] RuleErrors apply(const std::vector<RuleFile>& files, const RuleSettings& settings);
  /// Lets the groups run from their next slots on.
  void start();
  /// No further passes; `done` is called on the loop when the running ones are over. Series are not
  /// ended: the next process continues them.
  void stop(std::function<void()> done);

  /// A scrape target's writer (StreamWriter::number) has committed: groups of early rules that read
  /// it are evaluated soon, and phases follow scrapes. Thread-safe.
  void on_commit(uint32_t writer);

  /// Sorted by file, then name.
  std::vector<GroupView> groups(bool with_alerts = true) const;
  /// Pending and firing alerts of all rules.
  std::vector<AlertView> alerts() const;

 private:
  /// A running group, or one that waits for its predecessors.
  struct Entry {
    std::shared_ptr<Group> group;
    Scheduler::TaskId task = 0;
    bool retired = false;
  };
  /// A change of groups under way: it waits for passes of the groups that go.
  struct Change {
    std::vector<std::shared_ptr<Entry>> leaving;
    std::vector<std::shared_ptr<Entry>> coming;
    size_t passes = 0;  ///< Of `leaving`, still running.
  };
  using Entries = std::map<std::string, std::shared_ptr<Entry>>;

  Entries build(const std::vector<RuleFile>& files, const RuleSettings& settings, Change& change,
                RuleErrors& errors);
  void begin_change(Change change);
  void finish_changes();
  void finish(const Change& change);
  /// Unless a group of the same name runs now.
  void forget_metrics(const Group& group);
  void schedule(Entry& entry);
  void follow_scrapes(Scheduler::TaskId id, const Group& group);
  void retire(Entry& entry, std::function<void()> ended);
  void publish();
  void finish_stop();

  const RuleServices services_;
  const RuleFlags flags_;  // Their eval.memory is that of all groups.
  Scheduler scheduler_;
  CommitTimes commits_;
  EarlyRunner early_;
  bool started_ = false;
  bool stopping_ = false;
  size_t stopping_passes_ = 0;
  std::function<void()> on_stopped_;
  RuleSettings settings_;
  std::shared_ptr<const TemplateHost> templates_;
  Entries entries_;             // By group key.
  std::deque<Change> changes_;  // In order; each is finished before the next.

  using Groups = std::vector<std::shared_ptr<const Group>>;
  std::shared_ptr<const Groups> published() const;
  mutable std::mutex mutex_;  // Guards published_.
  std::shared_ptr<const Groups> published_;
};

}  // namespace tocsin::rules
