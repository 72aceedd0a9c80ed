#include "promql/plan/explain.h"

#include <algorithm>
#include <utility>

#include "promql/plan/bucketless.h"
#include "promql/plan/explain_node.h"
#include "promql/plan/invariant.h"
#include "promql/plan/make_plan.h"
#include "promql/plan/result.h"

namespace tocsin::promql {
namespace {

/// The loss with most series, and one of them.
std::string worst_loss(const ExplainNode& node) {
  const auto weight = [](const Loss& loss) {
    return loss.reason == LossReason::kUnexamined ? 0 : loss.series;
  };
  const auto most = std::ranges::max_element(node.losses, {}, weight);
  std::string out = node.kind.ends_with("selector") ? node.title + ": " : std::string();
  out += summary_of(*most);
  if (most->examples.empty()) return out;
  return out + "; " + (most->reason == LossReason::kCompared ? "nearest: " : "e.g. ") +
         example_text(*most, most->examples.front());
}

/// Why the node has nothing, as far as it is its own doing.
std::string reason_at(const ExplainNode& node) {
  if (!node.losses.empty()) return worst_loss(node);
  if (node.notes.empty()) return node.title + " has no series";
  std::string out = node.title + ": " + node.notes[0];
  for (size_t i = 1; i < node.notes.size(); ++i) out += "; " + node.notes[i];
  return out;
}

/// Follows empty operators down to those that were the first to have nothing.
void find_causes(const ExplainNode& node, std::vector<std::string>& out) {
  if (!node.ran || node.rows != 0) return;
  bool is_cause = true;
  for (const ExplainNode& child : node.children) {
    if (!child.vital || !child.ran || child.rows != 0) continue;
    is_cause = false;
    find_causes(child, out);
  }
  if (is_cause) out.push_back(reason_at(node));
}

/// Selectors that found some of their series and missed others: the one that should have fired may
/// be among those.
void find_gaps(const ExplainNode& node, std::vector<std::string>& out) {
  if (node.kind.ends_with("selector") && node.rows != 0 && !node.losses.empty())
    out.push_back("besides, " + worst_loss(node));
  for (const ExplainNode& child : node.children) find_gaps(child, out);
}

void show_result(const std::vector<ResultSeries>& series, Explanation& out) {
  for (const ResultSeries& one : series) {
    if (out.result.size() == Explanation::kShownMax) return;
    LostSeries shown;
    shown.labels = one.labels;
    if (!one.points.empty() && !one.points.back().h) shown.value = one.points.back().v;
    out.result.push_back(std::move(shown));
  }
}

/// Runs the plan and keeps what comes out at the top.
base::Status evaluate(Plan& plan, const EvalRange& range, Run& run, Explanation& out) {
  ASSIGN_OR_RETURN(const Grid grid, to_grid(range));
  QueryResult result;
  result.type = plan.type;
  if (plan.type == ValueType::kMatrix) {
    ASSIGN_OR_RETURN(result.series, collect_windows(*plan.matrix, grid, run));
  } else if (plan.vector) {
    RETURN_IF_ERROR(plan.vector->eval(grid, run));
    collect_values(*plan.vector, grid, !range.instant(), result);
  }
  show_result(result.series, out);
  if (result.type != ValueType::kScalar) return {};
  LostSeries scalar;
  scalar.value = result.scalar.v;
  out.result.push_back(std::move(scalar));
  return {};
}

}  // namespace

base::Result<Explanation> explain(const Expr& expr, const std::string& text,
                                  base::SeriesSource& source, const EvalOptions& options,
                                  const base::Clock& clock, const EvalRange& range,
                                  const CancelFlag* cancel) {
  PlanWatch watch(clock);
  ASSIGN_OR_RETURN(const ExprPtr rewritten, rewrite(expr, range));
  ASSIGN_OR_RETURN(Plan plan, make_watched_plan(*rewritten, source, options, watch));
  Explanation out;
  out.query = text;
  out.range = range;
  out.type = plan.type;
  SchemaIds ids;
  EvalMemory memory;
  const base::Moment moment = source.now();
  Run::Setup setup;
  setup.as_of = &moment;
  setup.limits = &options.limits;
  setup.clock = &clock;
  setup.cancel = cancel;
  setup.text = text;
  setup.ids = &ids;
  setup.memory = &memory;
  setup.annotations = &out.annotations;
  Run run(setup);
  if (base::Status status = evaluate(plan, range, run, out); !status.ok())
    out.error = std::move(status).error();
  out.stats = run.stats();
  Rewrites rewrites{{}, find_bucketless_selectors(*rewritten)};
  if (!range.instant()) rewrites.invariants = find_invariants(*rewritten);
  ASSIGN_OR_RETURN(out.root, explain_node(*rewritten, {rewrites, watch, source, options, run}));
  if (!out.error) find_causes(out.root, out.verdict);
  if (!out.verdict.empty()) find_gaps(out.root, out.verdict);
  return out;
}

}  // namespace tocsin::promql
