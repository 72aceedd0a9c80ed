// One execution of a plan: its bounds, what it counted, what it has to say.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/annotations.h"
#include "engine/base/clock.h"
#include "engine/base/status.h"
#include "promql/eval/eval_memory.h"
#include "promql/eval/query.h"
#include "promql/eval/read_count.h"
#include "promql/eval/row_schema.h"

namespace tocsin::promql {

/// Passed to every operator. Used by one thread.
class Run {
 public:
  struct Setup {
    const QueryLimits* limits = nullptr;
    const base::Clock* clock = nullptr;
    const CancelFlag* cancel = nullptr;  ///< May be null.
    std::string_view text;               ///< Of the query, for positions in errors.
    SchemaIds* ids = nullptr;
    EvalMemory* memory = nullptr;  ///< Nobody else's meanwhile.
    base::Annotations* annotations = nullptr;
    const Parallelism* parallelism = nullptr;  ///< May be null.
    bool count_by_step = false;                ///< QueryStats::samples_by_step.
    const base::Moment* as_of = nullptr;       ///< What all selectors read; may be null.
  };
  explicit Run(const Setup& setup);

  /// For another thread, while this run stands still: the same bounds, annotations of its own.
  Run fork(base::Annotations& annotations) const;
  /// Adds what a fork counted and found.
  void join(const Run& fork);

  /// kCancelled or kTimeout, with upstream's texts, when it is time to stop.
  base::Status check();
  /// check() on every 64th call: for loops over small pieces.
  base::Status check_sometimes() { return (++calls_ & 63u) != 0 ? base::Status() : check(); }

  /// Samples held by operators now; replaced rather than added where an operator's input is gone.
  uint64_t samples_held() const { return held_; }
  /// Fails with kLimit when more than samples_max are held.
  base::Status hold_samples(uint64_t held);
  /// Where selectors count what they read.
  ReadCount& reads() { return reads_; }
  /// Counts memory of frames; fails with kLimit past memory_bytes_max.
  base::Status reserve_bytes(uint64_t bytes);

  void annotate(base::Annotation annotation);
  void warn(std::string message, base::PosRange where);
  void inform(std::string message, base::PosRange where);

  SchemaIds& ids() { return *setup_.ids; }
  /// For the thread that the run began on.
  EvalMemory& memory() { return *setup_.memory; }
  /// Into how many ranges to split rows, and who helps; null: nobody.
  const Parallelism* parallelism() const { return setup_.parallelism; }
  /// For base::ScanWindow.
  const base::Moment* as_of() const { return setup_.as_of; }
  /// Annotations stay where they were added; this only reads the counters.
  QueryStats stats() const;

 private:
  Setup setup_;
  int64_t started_ns_;
  uint64_t held_ = 0;
  uint64_t peak_ = 0;
  ReadCount reads_;
  uint64_t bytes_ = 0;
  uint32_t calls_ = 0;
};

}  // namespace tocsin::promql
