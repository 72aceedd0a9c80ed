#include "engine/api/expr_json.h"

#include <span>

#include "engine/base/json_writer.h"
#include "engine/base/number.h"
#include "promql/syntax/functions.h"

namespace tocsin::api {
namespace {

using base::JsonWriter;
using promql::AtKind;
using promql::DurationExpr;
using promql::DurationExprPtr;
using promql::Expr;
using promql::RangeMode;

// Writes a node's fields in the alphabetical order that upstream's maps come out in.
class ExprWriter {
 public:
  explicit ExprWriter(JsonWriter& json) : json_(json) {}
  void write(const Expr& expr);

 private:
  void number(const promql::NumberLiteral& node);
  void text(const promql::StringLiteral& node);
  void selector(const promql::VectorSelector& node, const promql::MatrixSelector* matrix);
  void subquery(const promql::Subquery& node);
  void unary(const promql::UnaryExpr& node);
  void binary(const promql::BinaryExpr& node);
  void paren(const promql::ParenExpr& node);
  void call(const promql::Call& node);
  void aggregate(const promql::AggregateExpr& node);

  void matching(const promql::VectorMatching& how);
  void matchers(const base::Matchers& list);
  void duration(const DurationExpr* expr, bool is_wrapped = false);
  void duration_number(const DurationExpr& expr);
  void at(const promql::TimeShift& shift);
  void child(std::string_view key, const Expr* expr);
  void texts(std::string_view key, const std::vector<std::string>& list);

  JsonWriter& json_;
};

void ExprWriter::write(const Expr& expr) {
  json_.begin_object();
  switch (expr.kind) {
    case promql::ExprKind::kNumber:
      number(promql::as<promql::NumberLiteral>(expr));
      break;
    case promql::ExprKind::kString:
      text(promql::as<promql::StringLiteral>(expr));
      break;
    case promql::ExprKind::kVectorSelector:
      selector(promql::as<promql::VectorSelector>(expr), nullptr);
      break;
    case promql::ExprKind::kMatrixSelector: {
      const auto& matrix = promql::as<promql::MatrixSelector>(expr);
      selector(*matrix.selector, &matrix);
      break;
    }
    case promql::ExprKind::kSubquery:
      subquery(promql::as<promql::Subquery>(expr));
      break;
    case promql::ExprKind::kUnary:
      unary(promql::as<promql::UnaryExpr>(expr));
      break;
    case promql::ExprKind::kBinary:
      binary(promql::as<promql::BinaryExpr>(expr));
      break;
    case promql::ExprKind::kParen:
      paren(promql::as<promql::ParenExpr>(expr));
      break;
    case promql::ExprKind::kCall:
      call(promql::as<promql::Call>(expr));
      break;
    case promql::ExprKind::kAggregate:
      aggregate(promql::as<promql::AggregateExpr>(expr));
      break;
  }
  json_.end_object();
}

void ExprWriter::child(std::string_view key, const Expr* expr) {
  json_.key(key);
  expr == nullptr ? static_cast<void>(json_.null()) : write(*expr);
}

void ExprWriter::texts(std::string_view key, const std::vector<std::string>& list) {
  json_.key(key).begin_array();
  for (const std::string& one : list) json_.string(one);
  json_.end_array();
}

void ExprWriter::number(const promql::NumberLiteral& node) {
  json_.field("type", "numberLiteral").field("val", base::format_fixed(node.value));
}

void ExprWriter::text(const promql::StringLiteral& node) {
  json_.field("type", "stringLiteral").field("val", node.value);
}

void ExprWriter::matchers(const base::Matchers& list) {
  json_.key("matchers").begin_array();
  for (const base::Matcher& matcher : list) {
    json_.begin_object()
        .field("name", matcher.name())
        .field("type", base::to_string(matcher.op()))
        .field("value", matcher.value())
        .end_object();
  }
  json_.end_array();
}

void ExprWriter::at(const promql::TimeShift& shift) {
  json_.key("startOrEnd");
  if (shift.at == AtKind::kStart) {
    json_.string("start");
  } else if (shift.at == AtKind::kEnd) {
    json_.string("end");
  } else {
    json_.null();
  }
}

void ExprWriter::selector(const promql::VectorSelector& node,
                          const promql::MatrixSelector* matrix) {
  json_.key("anchored").boolean(node.mode == RangeMode::kAnchored);
  matchers(node.matchers);
  json_.field("name", node.name);
  json_.key("offset").integer(node.shift.offset);
  json_.key("offsetExpr");
  duration(node.shift.offset_expr.get());
  if (matrix != nullptr) {
    json_.key("range").integer(matrix->range);
    json_.key("rangeExpr");
    duration(matrix->range_expr.get());
  }
  json_.key("smoothed").boolean(node.mode == RangeMode::kSmoothed);
  at(node.shift);
  json_.key("timestamp");
  node.shift.at == AtKind::kTimestamp ? json_.integer(node.shift.at_ms) : json_.null();
  json_.field("type", matrix != nullptr ? "matrixSelector" : "vectorSelector");
}

void ExprWriter::subquery(const promql::Subquery& node) {
  child("expr", node.expr.get());
  json_.key("offset").integer(node.shift.offset);
  json_.key("offsetExpr");
  duration(node.shift.offset_expr.get());
  json_.key("range").integer(node.range);
  json_.key("rangeExpr");
  duration(node.range_expr.get());
  at(node.shift);
  json_.key("step").integer(node.step);
  json_.key("stepExpr");
  duration(node.step_expr.get());
  json_.key("timestamp");
  node.shift.at == AtKind::kTimestamp ? json_.integer(node.shift.at_ms) : json_.null();
  json_.field("type", "subquery");
}

void ExprWriter::unary(const promql::UnaryExpr& node) {
  child("expr", node.expr.get());
  json_.field("op", node.negate ? "-" : "+").field("type", "unaryExpr");
}

std::string_view cardinality(promql::MatchCardinality kind) {
  switch (kind) {
    case promql::MatchCardinality::kOneToOne:
      return "one-to-one";
    case promql::MatchCardinality::kManyToOne:
      return "many-to-one";
    case promql::MatchCardinality::kOneToMany:
      return "one-to-many";
    case promql::MatchCardinality::kManyToMany:
      return "many-to-many";
  }
  return {};
}

void ExprWriter::matching(const promql::VectorMatching& how) {
  const auto fill = [&](std::string_view key, const std::optional<double>& value) {
    json_.key(key);
    value ? json_.raw(base::format_fixed(*value)) : json_.null();
  };
  json_.begin_object().field("card", cardinality(how.cardinality));
  json_.key("fillValues").begin_object();
  fill("lhs", how.fill_left);
  fill("rhs", how.fill_right);
  json_.end_object();
  texts("include", how.include);
  texts("labels", how.labels);
  json_.key("on").boolean(how.on).end_object();
}

void ExprWriter::binary(const promql::BinaryExpr& node) {
  json_.key("bool").boolean(node.return_bool);
  child("lhs", node.lhs.get());
  json_.key("matching");
  node.matching ? matching(*node.matching) : static_cast<void>(json_.null());
  json_.field("op", promql::to_string(node.op));
  child("rhs", node.rhs.get());
  json_.field("type", "binaryExpr");
}

void ExprWriter::paren(const promql::ParenExpr& node) {
  child("expr", node.expr.get());
  json_.field("type", "parenExpr");
}

void ExprWriter::call(const promql::Call& node) {
  json_.key("args").begin_array();
  for (const promql::ExprPtr& arg : node.args) write(*arg);
  json_.end_array();
  const promql::Function& function = *node.function;
  json_.key("func").begin_object().key("argTypes").begin_array();
  for (const promql::ValueType type : function.args) json_.string(promql::to_string(type));
  json_.end_array()
      .field("name", function.name)
      .field("returnType", promql::to_string(function.returns));
  json_.key("variadic").integer(function.variadic).end_object();
  json_.field("type", "call");
}

void ExprWriter::aggregate(const promql::AggregateExpr& node) {
  child("expr", node.expr.get());
  texts("grouping", node.grouping);
  json_.field("op", promql::to_string(node.op));
  child("param", node.param.get());
  json_.field("type", "aggregation").key("without").boolean(node.without);
}

std::string_view operator_of(DurationExpr::Kind kind) {
  switch (kind) {
    case DurationExpr::Kind::kAdd:
      return "+";
    case DurationExpr::Kind::kSub:
    case DurationExpr::Kind::kNegate:
      return "-";
    case DurationExpr::Kind::kMul:
      return "*";
    case DurationExpr::Kind::kDiv:
      return "/";
    case DurationExpr::Kind::kMod:
      return "%";
    case DurationExpr::Kind::kPow:
      return "^";
    case DurationExpr::Kind::kStep:
      return "step";
    case DurationExpr::Kind::kRange:
      return "range";
    case DurationExpr::Kind::kMinOf:
      return "min_of";
    case DurationExpr::Kind::kMaxOf:
      return "max_of";
    case DurationExpr::Kind::kNumber:
    case DurationExpr::Kind::kParen:
      break;
  }
  return {};
}

void ExprWriter::duration_number(const DurationExpr& expr) {
  json_.begin_object().key("duration").boolean(expr.is_duration);
  json_.field("type", "numberLiteral").field("val", base::format_fixed(expr.seconds)).end_object();
}

// Parentheses are a property of what they hold; around a number they are gone.
void ExprWriter::duration(const DurationExpr* expr, bool is_wrapped) {
  if (expr == nullptr) return static_cast<void>(json_.null());
  if (expr->kind == DurationExpr::Kind::kParen) return duration(expr->lhs.get(), true);
  if (expr->kind == DurationExpr::Kind::kNumber) return duration_number(*expr);
  const bool is_negation = expr->kind == DurationExpr::Kind::kNegate;
  json_.begin_object().key("lhs");
  duration(is_negation ? nullptr : expr->lhs.get());
  json_.field("op", operator_of(expr->kind)).key("rhs");
  duration(is_negation ? expr->lhs.get() : expr->rhs.get());
  json_.field("type", "durationExpr").key("wrapped").boolean(is_wrapped).end_object();
}

}  // namespace

void append_expr_json(std::string& out, const Expr& expr) {
  JsonWriter json(out);
  ExprWriter(json).write(expr);
}

}  // namespace tocsin::api
