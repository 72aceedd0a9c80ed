// Binary operators where a side is a native histogram.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/annotations.h"
#include "engine/base/histogram.h"
#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// A float, or a histogram when `h` is set.
struct Operand {
  double v = 0;
  base::HistogramPtr h;
};

/// What an operator made of a pair. Comparisons yield the left operand.
struct PairResult {
  Operand value;
  bool fits = true;   ///< Else the operator does not know this pair: there is no result.
  bool holds = true;  ///< What a comparison says.
  std::optional<base::Annotation> note;
};

/// True for </ and >/.
inline bool is_trim(BinaryOp op) {
  return op == BinaryOp::kTrimUpper || op == BinaryOp::kTrimLower;
}

/// Requires that one side is a histogram or the operator a trim. The note, if any, is at `where`.
/// Source: prometheus:promql/engine.go vectorElemBinop.
PairResult apply_to_histograms(BinaryOp op, const Operand& left, const Operand& right,
                               base::PosRange where);

/// "incompatible sample types encountered for binary operator …": left and right are "float" or
/// "histogram".
std::string incompatible_types(BinaryOp op, std::string_view left, std::string_view right);

}  // namespace tocsin::promql
