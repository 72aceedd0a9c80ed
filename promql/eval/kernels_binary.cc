#include "promql/eval/kernels_binary.h"

#include <algorithm>

namespace tocsin::promql {

double apply_to_scalars(BinaryOp op, double a, double b) {
  double result = 0;
  if (is_arithmetic(op)) {
    with_arithmetic(op, [&](auto f) { result = decltype(f)::of(a, b); });
  } else {
    with_comparison(op, [&](auto f) { result = decltype(f)::of(a, b) ? 1 : 0; });
  }
  return result;
}

void arithmetic_with_scalar(BinaryOp op, std::span<double> values, double scalar,
                            bool scalar_first) {
  with_arithmetic(op, [&](auto f) {
    using Op = decltype(f);
    if (scalar_first) {
      for (double& v : values) v = Op::of(scalar, v);
    } else {
      for (double& v : values) v = Op::of(v, scalar);
    }
  });
}

void compare_with_scalar(BinaryOp op, std::span<double> values, double scalar, bool scalar_first) {
  with_comparison(scalar_first ? mirrored(op) : op, [&](auto f) {
    for (double& v : values) v = decltype(f)::of(v, scalar) ? 1.0 : 0.0;
  });
}

void filter_with_scalar(BinaryOp op, std::span<const double> values, double scalar,
                        bool scalar_first, std::span<uint64_t> bits) {
  with_comparison(scalar_first ? mirrored(op) : op, [&](auto f) {
    for (size_t w = 0; w < bits.size(); ++w) {
      const size_t begin = w * 64;
      const size_t n = std::min<size_t>(64, values.size() - begin);
      const double* v = values.data() + begin;
      uint64_t passes = 0;
      for (size_t i = 0; i < n; ++i) {
        passes |= static_cast<uint64_t>(decltype(f)::of(v[i], scalar)) << i;
      }
      bits[w] &= passes;
    }
  });
}

BinaryOp mirrored(BinaryOp op) {
  if (op == BinaryOp::kLess) return BinaryOp::kGreater;
  if (op == BinaryOp::kLessEqual) return BinaryOp::kGreaterEqual;
  if (op == BinaryOp::kGreater) return BinaryOp::kLess;
  if (op == BinaryOp::kGreaterEqual) return BinaryOp::kLessEqual;
  return op;
}

}  // namespace tocsin::promql
