// Query: a plan that is kept, and what runs it.
#include <optional>
#include <unordered_map>
#include <utility>

#include "promql/eval/query_family.h"
#include "promql/plan/input_writers.h"
#include "promql/plan/make_plan.h"
#include "promql/plan/range_dependence.h"
#include "promql/plan/result.h"
#include "promql/plan/row_wise.h"

namespace tocsin::promql {
namespace {

/// An expression as far as it can be rewritten before the first evaluation.
struct ReadyExpr {
  ExprPtr expr;
  bool needs_range = false;  ///< It is as written, to be rewritten for each range.

  static base::Result<ReadyExpr> of(const Expr& written) {
    ReadyExpr out;
    out.needs_range = depends_on_range(written);
    if (out.needs_range) {
      out.expr = clone(written);
    } else {
      ASSIGN_OR_RETURN(out.expr, rewrite(written, {}));
    }
    return out;
  }
};

class StandingQuery final : public Query {
 public:
  StandingQuery(ReadyExpr ready, std::string text, base::SeriesSource& source,
                const EvalOptions& options, const base::Clock& clock)
      : ready_(std::move(ready)),
        text_(std::move(text)),
        source_(source),
        options_(options),
        clock_(clock),
        memory_(std::make_shared<LentMemory>(options.memory)) {}

  /// In place of memory of its own: that of others which never run at the same time.
  void use(std::shared_ptr<LentMemory> memory) { memory_ = std::move(memory); }
  /// Before start(). Not for queries that depend on the range.
  void share(std::shared_ptr<SharedParts> shared) { shared_ = std::move(shared); }
  /// Makes the plan now unless it needs to know the range.
  base::Status start();

  base::Result<QueryResult> run(const EvalRange& range, const CancelFlag* cancel) override {
    return run_and(range, cancel, collect_values);
  }
  base::Result<QueryResult> run_table(const EvalRange& range, const CancelFlag* cancel) override {
    return run_and(range, cancel, collect_table);
  }
  base::Result<InstantFrame> run_instant(base::TimestampMs t, const CancelFlag* cancel) override;
  bool is_row_wise() const override { return promql::is_row_wise(*ready_.expr); }
  std::vector<uint32_t> writers() override;
  bool refresh_writers(std::vector<uint32_t>& writers) override;

 private:
  base::Status plan_for(const EvalRange& range);
  /// `collect` puts the samples of a vector expression into the result.
  using Collect = void (*)(Operator& root, const Grid& grid, bool is_range, QueryResult& result);
  base::Result<QueryResult> run_and(const EvalRange& range, const CancelFlag* cancel,
                                    Collect collect);
  /// `own` becomes the run's moment unless that of a pass is.
  Run make_run(const CancelFlag* cancel, base::Moment& own);

  ReadyExpr ready_;
  std::string text_;
  base::SeriesSource& source_;
  EvalOptions options_;
  const base::Clock& clock_;
  std::shared_ptr<LentMemory> memory_;
  std::optional<EvalRange> planned_for_;
  std::shared_ptr<SharedParts> shared_;  // May be null; outlives the plan.
  Plan plan_;
  std::optional<InputWriters> writers_;  // Once somebody asks.
  SchemaIds ids_;
  base::Annotations annotations_;
};

base::Status StandingQuery::start() {
  if (ready_.needs_range) return {};
  ASSIGN_OR_RETURN(plan_, make_plan(*ready_.expr, source_, options_, shared_.get()));
  return {};
}

std::vector<uint32_t> StandingQuery::writers() {
  std::vector<uint32_t> out;
  auto inputs = InputWriters::of(*ready_.expr, source_);
  if (inputs) inputs->refresh(out);
  return out;
}

bool StandingQuery::refresh_writers(std::vector<uint32_t>& writers) {
  if (!writers_) {
    auto made = InputWriters::of(*ready_.expr, source_);
    if (!made) return false;
    writers_ = *std::move(made);
  }
  return writers_->refresh(writers);
}

base::Status StandingQuery::plan_for(const EvalRange& range) {
  if (!ready_.needs_range) return {};
  const bool same = planned_for_ && planned_for_->start == range.start &&
                    planned_for_->end == range.end && planned_for_->step == range.step;
  if (same) return {};
  ASSIGN_OR_RETURN(const ExprPtr rewritten, rewrite(*ready_.expr, range));
  ASSIGN_OR_RETURN(plan_, make_plan(*rewritten, source_, options_));
  planned_for_ = range;
  return {};
}

Run StandingQuery::make_run(const CancelFlag* cancel, base::Moment& own) {
  annotations_ = {};
  memory_->get().begin_run();
  Run::Setup setup;
  setup.limits = &options_.limits;
  setup.clock = &clock_;
  setup.cancel = cancel;
  setup.text = text_;
  setup.ids = shared_ != nullptr ? &shared_->ids() : &ids_;
  setup.memory = &memory_->get();
  setup.annotations = &annotations_;
  setup.parallelism = &options_.parallelism;
  if (shared_ != nullptr && shared_->moment()) {
    setup.as_of = &shared_->moment();
  } else {
    own = source_.now();
    setup.as_of = &own;
  }
  setup.count_by_step = options_.count_by_step;
  return Run(setup);
}

base::Result<QueryResult> StandingQuery::run_and(const EvalRange& range, const CancelFlag* cancel,
                                                 Collect collect) {
  ASSIGN_OR_RETURN(const Grid grid, to_grid(range));
  RETURN_IF_ERROR(plan_for(range));
  base::Moment own;
  Run run = make_run(cancel, own);
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
  if (options_.count_by_step) result.stats.samples_by_step.resize(grid.steps);
  return result;
}

base::Result<InstantFrame> StandingQuery::run_instant(base::TimestampMs t,
                                                      const CancelFlag* cancel) {
  RETURN_IF_ERROR(plan_for({t, t, 0}));
  if (!plan_.vector) {
    return base::Error{base::Code::kInvalid, "rule result is not a vector or scalar"};
  }
  base::Moment own;
  Run run = make_run(cancel, own);
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
        shared_(std::make_shared<SharedParts>(std::move(written))),
        memory_(std::make_shared<LentMemory>(options.memory)) {}

  void announce(const Expr& expr) override {
    auto ready = ReadyExpr::of(expr);
    if (ready && shares(*ready)) shared_->announce(*ready->expr);
    announced_.insert_or_assign(&expr, std::move(ready));
  }
  base::Result<std::unique_ptr<Query>> prepare(const Expr& expr, std::string text) override {
    const auto announced = announced_.extract(&expr);
    ASSIGN_OR_RETURN(ReadyExpr ready,
                     announced.empty() ? ReadyExpr::of(expr) : std::move(announced.mapped()));
    const bool sharing = shares(ready);
    auto query = std::make_unique<StandingQuery>(std::move(ready), std::move(text), source_,
                                                 options_, clock_);
    query->use(memory_);
    if (sharing) query->share(shared_);
    RETURN_IF_ERROR(query->start());
    return std::unique_ptr<Query>(std::move(query));
  }
  void begin_pass() override { shared_->begin_pass(source_.now()); }
  void end_pass() override {
    shared_->end_pass();
    memory_->give_back();
  }

 private:
  bool shares(const ReadyExpr& ready) const {
    return !ready.needs_range && shared_->suits(*ready.expr);
  }

  base::SeriesSource& source_;
  const EvalOptions options_;
  const base::Clock& clock_;
  const std::shared_ptr<SharedParts> shared_;
  const std::shared_ptr<LentMemory> memory_;
  /// Rewritten, but not prepared yet; by what was announced.
  std::unordered_map<const Expr*, base::Result<ReadyExpr>> announced_;
};

}  // namespace

base::Result<std::unique_ptr<Query>> Query::prepare(const Expr& expr, std::string text,
                                                    base::SeriesSource& source,
                                                    const EvalOptions& options,
                                                    const base::Clock& clock) {
  ASSIGN_OR_RETURN(ReadyExpr ready, ReadyExpr::of(expr));
  auto query =
      std::make_unique<StandingQuery>(std::move(ready), std::move(text), source, options, clock);
  RETURN_IF_ERROR(query->start());
  return std::unique_ptr<Query>(std::move(query));
}

std::shared_ptr<QueryFamily> QueryFamily::make(base::SeriesSource& source,
                                               const EvalOptions& options, const base::Clock& clock,
                                               std::vector<std::string> written) {
  return std::make_shared<StandingFamily>(source, options, clock, std::move(written));
}

}  // namespace tocsin::promql
