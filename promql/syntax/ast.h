// The typed tree of a PromQL expression. Immutable once parsed; owns its children.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/matcher.h"
#include "engine/base/status.h"
#include "engine/base/time.h"

namespace tocsin::promql {

enum class ValueType : uint8_t { kNone, kScalar, kString, kVector, kMatrix };
/// As users read it: "scalar", "string", "instant vector", "range vector".
std::string_view describe(ValueType type);
/// Raw names: "scalar", "string", "vector", "matrix", "none".
std::string_view to_string(ValueType type);

enum class ExprKind : uint8_t {
  kNumber,
  kString,
  kVectorSelector,
  kMatrixSelector,
  kSubquery,
  kUnary,
  kBinary,
  kParen,
  kCall,
  kAggregate,
};

enum class BinaryOp : uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kAtan2,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kTrimUpper,  ///< "</"
  kTrimLower,  ///< ">/"
  kAnd,
  kOr,
  kUnless,
};
std::string_view to_string(BinaryOp op);
bool is_comparison(BinaryOp op);  ///< == != < <= > >=
bool is_set_operator(BinaryOp op);

enum class AggregateOp : uint8_t {
  kSum,
  kAvg,
  kCount,
  kMin,
  kMax,
  kGroup,
  kStddev,
  kStdvar,
  kTopk,
  kBottomk,
  kCountValues,
  kQuantile,
  kLimitk,
  kLimitRatio,
};
std::string_view to_string(AggregateOp op);

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

/// A node. `pos` are bytes of the query text.
struct Expr {
  explicit Expr(ExprKind k) : kind(k) {}
  virtual ~Expr() = default;
  Expr(const Expr&) = delete;
  Expr& operator=(const Expr&) = delete;
  const ExprKind kind;
  base::PosRange pos;
};

/// Arithmetic on durations inside [ ], [ : ] and offset: step(), range(), min_of, max_of, + − …
/// Resolved to milliseconds before evaluation (promql/plan/durations.h).
struct DurationExpr {
  enum class Kind : uint8_t {
    kNumber,
    kStep,
    kRange,
    kMinOf,
    kMaxOf,
    kAdd,
    kSub,
    kMul,
    kDiv,
    kMod,
    kPow,
    kNegate,
    kParen,
  };
  Kind kind = Kind::kNumber;
  double seconds = 0;                 ///< Of kNumber.
  bool is_duration = false;           ///< kNumber written with units.
  std::unique_ptr<DurationExpr> lhs;  ///< Only operand of kNegate and kParen.
  std::unique_ptr<DurationExpr> rhs;
  base::PosRange pos;
};
using DurationExprPtr = std::unique_ptr<DurationExpr>;

enum class AtKind : uint8_t { kNone, kTimestamp, kStart, kEnd };

/// `@` and `offset`, shared by selectors and subqueries.
struct TimeShift {
  base::DurationMs offset = 0;  ///< When offset_expr is null.
  DurationExprPtr offset_expr;  ///< Otherwise computed from this.
  AtKind at = AtKind::kNone;
  base::TimestampMs at_ms = 0;  ///< Of kTimestamp.
};

struct NumberLiteral final : Expr {
  NumberLiteral() : Expr(ExprKind::kNumber) {}
  double value = 0;
  bool is_duration = false;  ///< Written as a duration ("5m"); prints so again.
};

struct StringLiteral final : Expr {
  StringLiteral() : Expr(ExprKind::kString) {}
  std::string value;
};

/// Extended range selection (feature promql-extended-range-selectors).
enum class RangeMode : uint8_t { kPlain, kAnchored, kSmoothed };

struct VectorSelector final : Expr {
  VectorSelector() : Expr(ExprKind::kVectorSelector) {}
  std::string name;  ///< Metric name written outside the braces, or a lone quoted one inside.
  base::Matchers
      matchers;       ///< In order of appearance; the one for `name` last when it stood outside.
  size_t pushed = 0;  ///< The first so many of `matchers` were not written but put in by a rewrite.
  TimeShift shift;
  RangeMode mode = RangeMode::kPlain;
};

struct MatrixSelector final : Expr {
  MatrixSelector() : Expr(ExprKind::kMatrixSelector) {}
  std::unique_ptr<VectorSelector> selector;
  base::DurationMs range = 0;  ///< When range_expr is null.
  DurationExprPtr range_expr;
};

struct Subquery final : Expr {
  Subquery() : Expr(ExprKind::kSubquery) {}
  ExprPtr expr;
  base::DurationMs range = 0;
  DurationExprPtr range_expr;
  base::DurationMs step = 0;  ///< 0: the default (global evaluation interval).
  DurationExprPtr step_expr;
  TimeShift shift;
};

struct UnaryExpr final : Expr {
  UnaryExpr() : Expr(ExprKind::kUnary) {}
  bool negate = false;  ///< false: unary plus.
  ExprPtr expr;
};

enum class MatchCardinality : uint8_t { kOneToOne, kManyToOne, kOneToMany, kManyToMany };

struct VectorMatching {
  MatchCardinality cardinality = MatchCardinality::kOneToOne;
  bool on = false;  ///< `on (labels)`; otherwise `ignoring (labels)`.
  std::vector<std::string> labels;
  std::vector<std::string> include;  ///< Labels of group_left / group_right.
  std::optional<double> fill_left;
  std::optional<double> fill_right;
};

struct BinaryExpr final : Expr {
  BinaryExpr() : Expr(ExprKind::kBinary) {}
  BinaryOp op = BinaryOp::kAdd;
  ExprPtr lhs;
  ExprPtr rhs;
  bool return_bool = false;
  /// Set when both sides are vectors, or when the user wrote matching.
  std::optional<VectorMatching> matching;
  base::PosRange op_pos;  ///< The operator with its modifiers.
};

struct ParenExpr final : Expr {
  ParenExpr() : Expr(ExprKind::kParen) {}
  ExprPtr expr;
};

struct Function;  // promql/syntax/functions.h

struct Call final : Expr {
  Call() : Expr(ExprKind::kCall) {}
  const Function* function = nullptr;  ///< Never null in a parsed tree; static lifetime.
  std::vector<ExprPtr> args;
};

struct AggregateExpr final : Expr {
  AggregateExpr() : Expr(ExprKind::kAggregate) {}
  AggregateOp op = AggregateOp::kSum;
  ExprPtr expr;
  ExprPtr param;  ///< topk, bottomk, quantile, count_values, limitk, limit_ratio; else null.
  std::vector<std::string> grouping;
  bool without = false;
};

/// The node as its type. Requires that `expr.kind` says so.
template <class T>
const T& as(const Expr& expr) {
  return static_cast<const T&>(expr);
}
template <class T>
T& as(Expr& expr) {
  return static_cast<T&>(expr);
}

/// The type the expression evaluates to.
ValueType type_of(const Expr& expr);
/// The expression inside any number of parentheses.
const Expr& unparen(const Expr& expr);
/// A deep copy.
ExprPtr clone(const Expr& expr);

}  // namespace tocsin::promql
