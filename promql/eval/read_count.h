// How many samples a run reads from storage.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "promql/eval/frame.h"

namespace tocsin::promql {

/// Samples as upstream counts them: those of a window once for every window, those of a part that
/// is the same at all steps once for every step, and of a subquery its windows alone.
/// Source: prometheus util/stats/query_stats.go QuerySamples.
class ReadCount {
 public:
  /// `by_step`: also counts those of each step.
  explicit ReadCount(bool by_step = false) : by_step_(by_step) {}

  void add(size_t step, uint64_t samples) {
    total_ += samples;
    if (by_step_) add_to_step(step, samples);
  }
  /// All samples of a selector's output.
  void add(const Frame& frame);
  void add(const ReadCount& other);

  uint64_t total() const { return total_; }
  bool by_step() const { return by_step_; }
  /// Up to the last step that has any.
  const std::vector<uint64_t>& steps() const { return steps_; }

 private:
  void add_to_step(size_t step, uint64_t samples);

  bool by_step_;
  uint64_t total_ = 0;
  std::vector<uint64_t> steps_;
};

/// While it lives, `count` counts from 0; then it is what it was before.
class ReadsApart {
 public:
  explicit ReadsApart(ReadCount& count)
      : count_(count), before_(std::exchange(count, ReadCount(count.by_step()))) {}
  ~ReadsApart() { count_ = std::move(before_); }
  ReadsApart(const ReadsApart&) = delete;
  ReadsApart& operator=(const ReadsApart&) = delete;
  uint64_t total() const { return count_.total(); }

 private:
  ReadCount& count_;
  ReadCount before_;
};

}  // namespace tocsin::promql
