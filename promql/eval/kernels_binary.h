// Binary operators over columns of doubles.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "promql/syntax/ast.h"

namespace tocsin::promql {

struct OpAdd {
  static double of(double a, double b) { return a + b; }
};
struct OpSub {
  static double of(double a, double b) { return a - b; }
};
struct OpMul {
  static double of(double a, double b) { return a * b; }
};
struct OpDiv {
  static double of(double a, double b) { return a / b; }
};
struct OpMod {
  static double of(double a, double b) { return std::fmod(a, b); }
};
struct OpPow {
  static double of(double a, double b) { return std::pow(a, b); }
};
struct OpAtan2 {
  static double of(double a, double b) { return std::atan2(a, b); }
};
struct OpEqual {
  static bool of(double a, double b) { return a == b; }
};
struct OpNotEqual {
  static bool of(double a, double b) { return a != b; }
};
struct OpLess {
  static bool of(double a, double b) { return a < b; }
};
struct OpLessEqual {
  static bool of(double a, double b) { return a <= b; }
};
struct OpGreater {
  static bool of(double a, double b) { return a > b; }
};
struct OpGreaterEqual {
  static bool of(double a, double b) { return a >= b; }
};

/// True for + − * / % ^ atan2.
inline bool is_arithmetic(BinaryOp op) { return op <= BinaryOp::kAtan2; }

/// Calls fn with the type that computes `op`. Requires is_arithmetic(op).
template <class Fn>
void with_arithmetic(BinaryOp op, Fn&& fn) {
  if (op == BinaryOp::kAdd) fn(OpAdd{});
  if (op == BinaryOp::kSub) fn(OpSub{});
  if (op == BinaryOp::kMul) fn(OpMul{});
  if (op == BinaryOp::kDiv) fn(OpDiv{});
  if (op == BinaryOp::kMod) fn(OpMod{});
  if (op == BinaryOp::kPow) fn(OpPow{});
  if (op == BinaryOp::kAtan2) fn(OpAtan2{});
}

/// Calls fn with the type that decides `op`. Requires is_comparison(op).
template <class Fn>
void with_comparison(BinaryOp op, Fn&& fn) {
  if (op == BinaryOp::kEqual) fn(OpEqual{});
  if (op == BinaryOp::kNotEqual) fn(OpNotEqual{});
  if (op == BinaryOp::kLess) fn(OpLess{});
  if (op == BinaryOp::kLessEqual) fn(OpLessEqual{});
  if (op == BinaryOp::kGreater) fn(OpGreater{});
  if (op == BinaryOp::kGreaterEqual) fn(OpGreaterEqual{});
}

/// Any arithmetic or comparison (0 or 1) on two numbers.
double apply_to_scalars(BinaryOp op, double a, double b);

/// values[i] = values[i] op scalar, or scalar op values[i] when `scalar_first`.
void arithmetic_with_scalar(BinaryOp op, std::span<double> values, double scalar,
                            bool scalar_first);
/// The same for comparisons with `bool`: 0 or 1.
void compare_with_scalar(BinaryOp op, std::span<double> values, double scalar, bool scalar_first);
/// Clears the bits of values that do not compare. bits: one per value.
void filter_with_scalar(BinaryOp op, std::span<const double> values, double scalar,
                        bool scalar_first, std::span<uint64_t> bits);

/// The operator with its sides exchanged: a op b ⇔ b mirrored(op) a. Requires is_comparison(op).
BinaryOp mirrored(BinaryOp op);

}  // namespace tocsin::promql
