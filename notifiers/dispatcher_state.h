// The inside of the dispatcher; callers want dispatcher.h.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "notifiers/alert_group.h"
#include "notifiers/alert_store.h"
#include "notifiers/dispatcher.h"
#include "notifiers/notify_log.h"
#include "notifiers/pipeline.h"

namespace tocsin::notifiers {

/// Changed on the loop only; the mutex lets readers in between. Callbacks never run under it.
class Dispatcher::State : public std::enable_shared_from_this<Dispatcher::State> {
 public:
  explicit State(DispatcherWorld world);
  /// Registers gauges and starts the maintenance timer. Once, after construction.
  void start();
  void close();

  void apply(std::unique_ptr<Setup> setup);
  void enqueue(const std::vector<base::Alert>& alerts);

  std::vector<AlertStatus> alerts() const;
  std::vector<GroupStatus> groups() const;
  std::vector<ReceiverStatus> receivers() const;
  std::string shown_config() const;

 private:
  using GroupPtr = std::shared_ptr<AlertGroup>;
  using FlushPtr = std::shared_ptr<Flush>;

  /// One integration's part of a flush.
  struct Task {
    FlushPtr flush;
    std::string receiver;
    size_t integration = 0;  ///< In the receiver.
  };
  /// What is going on under one key of the notification log; outlives reloads.
  struct Slot {
    bool busy = false;            ///< A delivery is in progress.
    std::optional<Task> waiting;  ///< The newest look that came meanwhile.
    DeliveryStatus status;
  };

  template <class Work>
  void post(Work work);
  void take_in(const std::vector<base::Alert>& alerts);
  void route(const base::Alert& alert, base::TimestampMs now);
  void insert(const Route& route, const base::Alert& alert, base::TimestampMs now);
  void arm(const GroupPtr& group, base::TimestampMs when);
  void tick(const GroupPtr& group);
  void flush(const GroupPtr& group, base::TimestampMs now);
  void start_task(Task task);
  void deliver(const Task& task, const std::string& key, Decision decision);
  void on_delivered(const std::string& key, const Task& task, const AlertHashes& hashes,
                    ReceiverData carried, Outcome outcome);
  void record(const std::string& key, const Flush& flush, const AlertHashes& hashes,
              ReceiverData data);
  void finish_task(const FlushPtr& flush, bool ok);
  void remove_group(const GroupPtr& group);
  void schedule_maintenance();
  void maintain();

  std::string log_key(const Task& task) const;
  AlertStatus status_of(const base::Alert& alert) const;
  GroupStatus status_of(const AlertGroup& group, base::TimestampMs now) const;
  double count_alerts(bool resolved) const;

  DispatcherWorld world_;
  mutable std::mutex mutex_;
  std::unique_ptr<Setup> setup_;  ///< Null until the first apply().
  AlertStore store_;
  NotifyLog log_;
  std::unordered_map<GroupId, GroupPtr, GroupIdHash> groups_;
  std::unordered_map<std::string, Slot> slots_;
  std::atomic<size_t> queued_ = 0;
  base::TimerId maintenance_timer_ = 0;

  base::Counter& received_firing_;
  base::Counter& received_resolved_;
  base::Counter& invalid_;
  base::Counter& refused_;
};

}  // namespace tocsin::notifiers
