#include "promql/plan/shared_parts.h"

#include <algorithm>
#include <string>
#include <utility>

#include "promql/plan/walk.h"
#include "promql/syntax/functions.h"
#include "promql/syntax/printer.h"

namespace tocsin::promql {
namespace {

/// Longer queries are not looked into: every subexpression is printed.
constexpr size_t kTextMax = 16'384;

bool has_range_argument(const Call& call) {
  return std::any_of(call.args.begin(), call.args.end(),
                     [](const ExprPtr& arg) { return type_of(*arg) == ValueType::kMatrix; });
}

/// True when evaluating `expr` costs more than copying what it gives.
bool is_costly(const Expr& expr) {
  if (type_of(expr) != ValueType::kVector) return false;
  if (expr.kind == ExprKind::kAggregate) return true;
  if (expr.kind == ExprKind::kCall) return has_range_argument(as<Call>(expr));
  if (expr.kind != ExprKind::kBinary) return false;
  const auto& binary = as<BinaryExpr>(expr);
  return type_of(*binary.lhs) == ValueType::kVector && type_of(*binary.rhs) == ValueType::kVector;
}

/// How these functions read their selectors depends on what is around the selector.
bool reads_in_its_own_way(const Call& call) {
  const std::string_view name = call.function->name;
  return name == "histogram_count" || name == "histogram_sum" || name == "histogram_avg";
}

bool has_own_reader(const Expr& expr) {
  if (expr.kind == ExprKind::kCall && reads_in_its_own_way(as<Call>(expr))) return true;
  bool any = false;
  for_each_child(expr, [&any](const Expr& child) { any = any || has_own_reader(child); });
  return any;
}

/// Equal for expressions that one operator can stand for. A matcher of its own and one that came
/// from the other side of a join print alike, but joins tell them apart.
std::string key_of(const Expr& expr) {
  std::string key = print(expr);
  for_each_selector(expr, [&key](const VectorSelector& selector) {
    key += ' ';
    key += std::to_string(selector.pushed);
  });
  return key;
}

bool same_grid(const Grid& a, const Grid& b) {
  return a.start == b.start && a.step == b.step && a.steps == b.steps && a.beyond == b.beyond;
}

/// A shared operator's result. Who comes first takes it over, others get a copy: parents change
/// their children's frames in place.
class SharedOperator final : public Operator {
 public:
  SharedOperator(SharedPart& part, const SharedParts& parts) : part_(part), parts_(parts) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override {
    const bool is_fresh = part_.pass == parts_.pass() && same_grid(part_.grid, grid);
    if (!is_fresh) return evaluate_part(grid, run);
    schema_ = part_.plan->schema();
    RETURN_IF_ERROR(reset_own(part_.result.rows, part_.result.steps, run));
    frame() = part_.result;
    return {};
  }

  base::Status evaluate_part(const Grid& grid, Run& run) {
    part_.pass = 0;
    RETURN_IF_ERROR(part_.plan->eval(grid, run));
    schema_ = part_.plan->schema();
    take_over(*part_.plan);
    part_.result = frame();
    part_.grid = grid;
    part_.pass = parts_.pass();
    return {};
  }

  SharedPart& part_;
  const SharedParts& parts_;
};

}  // namespace

bool SharedParts::suits(const Expr& rewritten) const {
  return !has_own_reader(rewritten) && reads_lasting_metrics(rewritten) &&
         print(rewritten).size() <= kTextMax;
}

bool SharedParts::reads_lasting_metrics(const Expr& expr) const {
  const auto lasts = [this](const base::Matcher& matcher) {
    return matcher.name() == base::kMetricName && matcher.op() == base::MatchOp::kEqual &&
           std::find(written_.begin(), written_.end(), matcher.value()) == written_.end();
  };
  bool all = true;
  for_each_selector(expr, [&](const VectorSelector& selector) {
    const base::Matchers& matchers = selector.matchers;
    all = all && std::any_of(matchers.begin(), matchers.end(), lasts);
  });
  return all;
}

void SharedParts::announce(const Expr& rewritten) {
  // What lies in a part met before was counted then; it is evaluated in one place.
  if (is_costly(rewritten) && ++entries_[key_of(rewritten)].places > 1) return;
  for_each_child(rewritten, [this](const Expr& child) { announce(child); });
}

bool SharedParts::is_shared(const Expr& expr) const {
  if (!is_costly(expr)) return false;
  const auto found = entries_.find(key_of(expr));
  return found != entries_.end() && found->second.places > 1;
}

base::Result<OperatorPtr> SharedParts::use(const Expr& expr, const Build& build) {
  Entry& entry = entries_.at(key_of(expr));
  if (entry.part == nullptr) {
    ASSIGN_OR_RETURN(OperatorPtr plan, build());
    entry.part = std::make_unique<SharedPart>();
    entry.part->plan = std::move(plan);
  }
  return OperatorPtr(std::make_unique<SharedOperator>(*entry.part, *this));
}

}  // namespace tocsin::promql
