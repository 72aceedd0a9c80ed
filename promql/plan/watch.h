// Watches a plan run: what each operator put out, and how long it took.
#pragma once

#include <unordered_map>
#include <vector>

#include "engine/base/clock.h"
#include "promql/plan/plan_observer.h"

namespace tocsin::promql {

/// What the window of a range selector's last step had of one row.
struct LastWindow {
  uint64_t samples = 0;
  bool in_any = false;  ///< A sample in the window of some step.
};

/// What an operator did in its last evaluation.
struct Observation {
  bool ran = false;
  Grid grid;
  RowSchemaPtr schema;
  Frame frame;                      ///< A copy: parents change their children's frames in place.
  std::vector<LastWindow> windows;  ///< Of range selectors and subqueries, one per row.
  uint64_t samples_read = 0;        ///< Of range selectors.
  int64_t total_ns = 0;
  int64_t children_ns = 0;

  /// Whether `row` has a sample at any step.
  bool has_any(size_t row) const;
  /// Rows for which has_any() holds, or, of ranges, that have a sample in a window.
  uint64_t rows() const;
};

/// Puts a watching operator in front of every operator of a plan. Used by one thread; must outlive
/// the plan.
class PlanWatch final : public PlanObserver {
 public:
  explicit PlanWatch(const base::Clock& clock) : clock_(clock) {}
  OperatorPtr observe(const Expr& expr, OperatorPtr made) override;
  RangeInputPtr observe(const Expr& expr, RangeInputPtr made) override;

  /// Of an expression of the plan; nullptr when no operator was made for it.
  const Observation* of(const Expr& expr) const;

 private:
  friend class Stopwatch;
  const base::Clock& clock_;
  std::unordered_map<const Expr*, Observation> seen_;
  std::vector<Observation*> running_;  ///< Innermost last.
};

/// Adds the time of its life to an observation, and to the one around it as a child's.
class Stopwatch {
 public:
  Stopwatch(PlanWatch& watch, Observation& seen);
  ~Stopwatch();
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  /// Time that is not the operator's: its consumer works while being handed samples.
  void leave_out(int64_t ns) { left_out_ns_ += ns; }
  int64_t now_ns() const { return watch_.clock_.steady_ns(); }

 private:
  PlanWatch& watch_;
  Observation& seen_;
  int64_t began_ns_;
  int64_t left_out_ns_ = 0;
};

}  // namespace tocsin::promql
