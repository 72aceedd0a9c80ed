// Memory of evaluations. Standing queries are many, and few run at once: what a run needs only
// while it goes on is lent to it.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "promql/eval/frame.h"

namespace tocsin::promql {

/// What one run needs at a time; runs that follow each other use it again. Not thread-safe.
class EvalMemory {
 public:
  /// All frames are free: what the run before this one found is gone.
  void begin_run() { frames_used_ = 0; }
  /// A frame that nobody else has in this run, with anything in it.
  Frame& take_frame();

  /// Lets go of the histograms of the last run; the room stays.
  void release_histograms();

  std::vector<double> group_values;  ///< Of the group that is being aggregated.

 private:
  std::vector<std::unique_ptr<Frame>> frames_;
  size_t frames_used_ = 0;
};

/// Lends memory to as many evaluations as run at once. Thread-safe.
class EvalMemoryPool {
 public:
  std::unique_ptr<EvalMemory> take();
  void give(std::unique_ptr<EvalMemory> memory);
  /// Frees what nobody uses: its size was that of queries which are gone.
  void clear();

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<EvalMemory>> idle_;
};

/// The memory of some queries that run one at a time.
class LentMemory {
 public:
  /// Without a pool the memory is their own.
  explicit LentMemory(std::shared_ptr<EvalMemoryPool> pool) : pool_(std::move(pool)) {}
  ~LentMemory() { give_back(); }
  LentMemory(const LentMemory&) = delete;
  LentMemory& operator=(const LentMemory&) = delete;

  /// Taken from the pool when it is first asked for.
  EvalMemory& get();
  /// Until the next get(). What runs have found is gone.
  void give_back();

 private:
  const std::shared_ptr<EvalMemoryPool> pool_;
  std::unique_ptr<EvalMemory> memory_;
};

}  // namespace tocsin::promql
