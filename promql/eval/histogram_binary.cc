#include "promql/eval/histogram_binary.h"

#include <memory>
#include <utility>

#include "promql/eval/histogram_arithmetic.h"
#include "promql/eval/histogram_compare.h"
#include "promql/eval/histogram_trim.h"

namespace tocsin::promql {
namespace {

using base::FloatHistogram;
using base::HistogramPtr;
using base::Severity;

PairResult no_fit(Severity severity, std::string text, base::PosRange where) {
  PairResult result;
  result.fits = false;
  result.note = base::Annotation{severity, std::move(text), where};
  return result;
}

PairResult no_rule(BinaryOp op, const Operand& left, const Operand& right, base::PosRange where) {
  return no_fit(
      Severity::kInfo,
      incompatible_types(op, left.h ? "histogram" : "float", right.h ? "histogram" : "float"),
      where);
}

/// A changed copy, compacted.
template <class Change>
PairResult changed(const FloatHistogram& h, Change&& change) {
  auto copy = std::make_shared<FloatHistogram>(h);
  change(*copy);
  compact(*copy);
  PairResult result;
  result.value.h = std::move(copy);
  return result;
}

PairResult add_or_subtract(BinaryOp op, const FloatHistogram& left, const FloatHistogram& right,
                           base::PosRange where) {
  const bool adds = op == BinaryOp::kAdd;
  HistogramJoin join;
  PairResult result = changed(left, [&](FloatHistogram& h) {
    join = adds ? add(h, right) : subtract(h, right);
    if (!adds) h.counter_reset_hint = base::CounterResetHint::kGauge;
  });
  if (join.incompatible) {
    return no_fit(
        Severity::kWarning,
        "incompatible bucket layout encountered for binary operator " + std::string(to_string(op)),
        where);
  }
  const std::string operation = adds ? "addition" : "subtraction";
  if (join.hints_collide) {
    return no_fit(Severity::kWarning, "conflicting counter resets during histogram " + operation,
                  where);
  }
  if (join.bounds_reconciled) {
    result.note = base::Annotation{
        Severity::kInfo, "mismatched custom buckets were reconciled during " + operation, where};
  }
  return result;
}

PairResult compare(BinaryOp op, const Operand& left, const Operand& right) {
  PairResult result;
  result.value = left;
  result.holds = same_histogram(*left.h, *right.h) == (op == BinaryOp::kEqual);
  return result;
}

}  // namespace

std::string incompatible_types(BinaryOp op, std::string_view left, std::string_view right) {
  return "incompatible sample types encountered for binary operator " +
         base::go_quote(to_string(op)) + ": " + std::string(left) + " " +
         std::string(to_string(op)) + " " + std::string(right);
}

PairResult apply_to_histograms(BinaryOp op, const Operand& left, const Operand& right,
                               base::PosRange where) {
  if (left.h && right.h) {
    if (op == BinaryOp::kAdd || op == BinaryOp::kSub) {
      return add_or_subtract(op, *left.h, *right.h, where);
    }
    if (op == BinaryOp::kEqual || op == BinaryOp::kNotEqual) return compare(op, left, right);
    return no_rule(op, left, right, where);
  }
  if (left.h && op == BinaryOp::kMul) {
    return changed(*left.h, [&](FloatHistogram& h) { multiply(h, right.v); });
  }
  if (right.h && op == BinaryOp::kMul) {
    return changed(*right.h, [&](FloatHistogram& h) { multiply(h, left.v); });
  }
  if (left.h && op == BinaryOp::kDiv) {
    return changed(*left.h, [&](FloatHistogram& h) { divide(h, right.v); });
  }
  if (left.h && is_trim(op)) {
    auto copy = std::make_shared<FloatHistogram>(*left.h);
    trim(*copy, right.v, op == BinaryOp::kTrimUpper);
    PairResult result;
    result.value.h = std::move(copy);
    return result;
  }
  return no_rule(op, left, right, where);
}

}  // namespace tocsin::promql
