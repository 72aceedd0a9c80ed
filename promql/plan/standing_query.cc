// Query: a plan that is kept, and what runs it.
#include <optional>
#include <utility>

#include "promql/eval/query_family.h"
#include "promql/plan/input_writers.h"
#include "promql/plan/make_plan.h"
#include "promql/plan/range_dependence.h"
#include "promql/plan/result.h"
#include "promql/plan/row_wise.h"

namespace tocsin::promql {
namespace {

class StandingQuery final : public Query {
 public:
  StandingQuery(ExprPtr expr, std::string text, base::SeriesSource& source,
                const EvalOptions& options, const base::Clock& clock)
      : expr_(std::move(expr)),
        text_(std::move(text)),
        source_(source),
        options_(options),
        clock_(clock),
        depends_on_range_(depends_on_range(*expr_)) {}

  /// Before start(). Not for queries that depend on the range.
  void share(std::shared_ptr<SharedParts> shared) { shared_ = std::move(shared); }
  /// Makes the plan now unless it needs to know the range.
  base::Status start() { return depends_on_range_ ? base::Status() : make_plan({}); }

  base::Result<QueryResult> run(const EvalRange& range, const CancelFlag* cancel) override {
    return run_and(range, cancel, collect_values);
  }
  base::Result<QueryResult> run_table(const EvalRange& range, const CancelFlag* cancel) override {
    return run_and(range, cancel, collect_table);
  }
  base::Result<InstantFrame> run_instant(base::TimestampMs t, const CancelFlag* cancel) override;
  bool is_row_wise() const override { return promql::is_row_wise(*expr_); }
  std::vector<uint32_t> writers() override;
  bool refresh_writers(std::vector<uint32_t>& writers) override;

 private:
  base::Status make_plan(const EvalRange& range);
  base::Status plan_for(const EvalRange& range);
  /// `collect` puts the samples of a vector expression into the result.
  using Collect = void (*)(Operator& root, const Grid& grid, bool is_range, QueryResult& result);
  base::Result<QueryResult> run_and(const EvalRange& range, const CancelFlag* cancel,
                                    Collect collect);
  Run make_run(const CancelFlag* cancel);

  ExprPtr expr_;
  std::string text_;
  base::SeriesSource& source_;
  EvalOptions options_;
  const base::Clock& clock_;
  bool depends_on_range_;
  std::optional<EvalRange> planned_for_;
  std::shared_ptr<SharedParts> shared_;  // May be null; outlives the plan.
  Plan plan_;
  std::optional<InputWriters> writers_;  // Once somebody asks.
  SchemaIds ids_;
  base::Annotations annotations_;
};

base::Status StandingQuery::make_plan(const EvalRange& range) {
  if (shared_ != nullptr) {
    ASSIGN_OR_RETURN(const ExprPtr rewritten, rewrite(*expr_, range));
    ASSIGN_OR_RETURN(plan_, make_shared_plan(*rewritten, source_, options_, *shared_));
  } else {
    ASSIGN_OR_RETURN(MadePlan made, promql::make_plan(*expr_, range, source_, options_));
    plan_ = std::move(made.plan);
  }
  planned_for_ = range;
  return {};
}

std::vector<uint32_t> StandingQuery::writers() {
  std::vector<uint32_t> out;
  auto inputs = InputWriters::of(*expr_, source_);
  if (inputs) inputs->refresh(out);
  return out;
}

bool StandingQuery::refresh_writers(std::vector<uint32_t>& writers) {
  if (!writers_) {
    auto made = InputWriters::of(*expr_, source_);
    if (!made) return false;
    writers_ = *std::move(made);
  }
  return writers_->refresh(writers);
}

base::Status StandingQuery::plan_for(const EvalRange& range) {
  const bool same = planned_for_ && planned_for_->start == range.start &&
                    planned_for_->end == range.end && planned_for_->step == range.step;
  return depends_on_range_ && !same ? make_plan(range) : base::Status();
}

Run StandingQuery::make_run(const CancelFlag* cancel) {
  annotations_ = {};
  Run::Setup setup;
  setup.limits = &options_.limits;
  setup.clock = &clock_;
  setup.cancel = cancel;
  setup.text = text_;
  setup.ids = shared_ != nullptr ? &shared_->ids() : &ids_;
  setup.annotations = &annotations_;
  setup.parallelism = &options_.parallelism;
  return Run(setup);
}

base::Result<QueryResult> StandingQuery::run_and(const EvalRange& range, const CancelFlag* cancel,
                                                 Collect collect) {
  ASSIGN_OR_RETURN(const Grid grid, to_grid(range));
  RETURN_IF_ERROR(plan_for(range));
  Run run = make_run(cancel);
  QueryResult result;
  result.type = plan_.type;
  result.string = plan_.string;
  result.scalar.t = grid.start;
  if (!range.instant() && (plan_.type == ValueType::kString || plan_.type == ValueType::kMatrix)) {
    return base::Error{base::Code::kInvalid,
                       "invalid expression type \"" + std::string(describe(plan_.type)) +
                           "\" for range query, must be Scalar or instant Vector"};
  }
  if (plan_.type == ValueType::kMatrix) {
    ASSIGN_OR_RETURN(result.series, collect_windows(*plan_.matrix, grid, run));
  } else if (plan_.vector) {
    RETURN_IF_ERROR(plan_.vector->eval(grid, run));
    collect(*plan_.vector, grid, !range.instant(), result);
  }
  result.annotations = std::exchange(annotations_, {});
  result.stats = run.stats();
  return result;
}

base::Result<InstantFrame> StandingQuery::run_instant(base::TimestampMs t,
                                                      const CancelFlag* cancel) {
  RETURN_IF_ERROR(plan_for({t, t, 0}));
  if (!plan_.vector) {
    return base::Error{base::Code::kInvalid, "rule result is not a vector or scalar"};
  }
  Run run = make_run(cancel);
  RETURN_IF_ERROR(plan_.vector->eval({t, 1, 1}, run));
  const Frame& frame = plan_.vector->frame();
  InstantFrame result;
  result.schema = plan_.vector->schema();
  result.values = frame.column(0);
  result.present = frame.bits(0);
  result.histograms = frame.histograms;
  result.annotations = &annotations_;
  result.stats = run.stats();
  return result;
}

class StandingFamily final : public QueryFamily {
 public:
  StandingFamily(base::SeriesSource& source, const EvalOptions& options, const base::Clock& clock,
                 std::vector<std::string> written)
      : source_(source),
        options_(options),
        clock_(clock),
        shared_(std::make_shared<SharedParts>(std::move(written))) {}

  void announce(const Expr& expr) override {
    if (const ExprPtr rewritten = shareable(expr)) shared_->announce(*rewritten);
  }
  base::Result<std::unique_ptr<Query>> prepare(const Expr& expr, std::string text) override {
    auto query =
        std::make_unique<StandingQuery>(clone(expr), std::move(text), source_, options_, clock_);
    if (shareable(expr)) query->share(shared_);
    RETURN_IF_ERROR(query->start());
    return std::unique_ptr<Query>(std::move(query));
  }
  void begin_pass() override { shared_->begin_pass(); }

 private:
  /// The rewritten expression; null when it shares nothing.
  static ExprPtr shareable(const Expr& expr) {
    if (depends_on_range(expr)) return nullptr;
    auto rewritten = rewrite(expr, {});
    return rewritten && SharedParts::suits(**rewritten) ? *std::move(rewritten) : nullptr;
  }

  base::SeriesSource& source_;
  const EvalOptions options_;
  const base::Clock& clock_;
  const std::shared_ptr<SharedParts> shared_;
};

}  // namespace

base::Result<std::unique_ptr<Query>> Query::prepare(const Expr& expr, std::string text,
                                                    base::SeriesSource& source,
                                                    const EvalOptions& options,
                                                    const base::Clock& clock) {
  ExprPtr copy = clone(expr);
  auto query =
      std::make_unique<StandingQuery>(std::move(copy), std::move(text), source, options, clock);
  RETURN_IF_ERROR(query->start());
  return std::unique_ptr<Query>(std::move(query));
}

std::shared_ptr<QueryFamily> QueryFamily::make(base::SeriesSource& source,
                                               const EvalOptions& options, const base::Clock& clock,
                                               std::vector<std::string> written) {
  return std::make_shared<StandingFamily>(source, options, clock, std::move(written));
}

}  // namespace tocsin::promql
