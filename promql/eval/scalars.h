// Scalars: one row without labels and a value at every step.
#pragma once

#include <utility>

#include "promql/eval/operator.h"
#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// A number.
class NumberScalar final : public Operator {
 public:
  explicit NumberScalar(double value) : value_(value) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  double value_;
};

/// time(): the step's time in seconds. vector(time()) is the same rows.
class TimeScalar final : public Operator {
 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
};

/// scalar(v): the value of the only float sample, else NaN.
class ScalarOfVector final : public Operator {
 public:
  explicit ScalarOfVector(OperatorPtr child) : child_(std::move(child)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  OperatorPtr child_;
};

/// An operator between two scalars; comparisons give 0 or 1.
class ScalarBinary final : public Operator {
 public:
  ScalarBinary(BinaryOp op, OperatorPtr lhs, OperatorPtr rhs)
      : op_(op), lhs_(std::move(lhs)), rhs_(std::move(rhs)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  BinaryOp op_;
  OperatorPtr lhs_;
  OperatorPtr rhs_;
};

/// max_of(a, b), min_of(a, b).
class ScalarExtreme final : public Operator {
 public:
  ScalarExtreme(double (*of)(double, double), OperatorPtr lhs, OperatorPtr rhs)
      : of_(of), lhs_(std::move(lhs)), rhs_(std::move(rhs)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  double (*of_)(double, double);
  OperatorPtr lhs_;
  OperatorPtr rhs_;
};

/// −s.
class ScalarNegate final : public Operator {
 public:
  explicit ScalarNegate(OperatorPtr child) : child_(std::move(child)) {}

 private:
  base::Status evaluate(const Grid& grid, Run& run) override;
  OperatorPtr child_;
};

}  // namespace tocsin::promql
