// What follows an operand: ranges, subqueries, offset, @, anchored and smoothed.
#include <array>
#include <cmath>
#include <cstdio>

#include "promql/syntax/literal_time.h"
#include "promql/syntax/parser_impl.h"

namespace tocsin::promql {
namespace {

constexpr std::string_view kDuration = "number, duration, step(), or range()";

// Go's %f.
std::string format_six_decimals(double v) {
  if (std::isnan(v)) return "NaN";
  if (std::isinf(v)) return v > 0 ? "+Inf" : "-Inf";
  std::array<char, 400> buffer;
  const int size = std::snprintf(buffer.data(), buffer.size(), "%f", v);
  return {buffer.data(), static_cast<size_t>(size)};
}

// Where @ and offset of a selector or subquery are kept.
struct ShiftPlace {
  TimeShift* shift = nullptr;
  std::string fault;  // Why there is none.
};

ShiftPlace shift_place(Expr& expr, std::string_view modifier) {
  if (expr.kind == ExprKind::kVectorSelector) return {&as<VectorSelector>(expr).shift, ""};
  if (expr.kind == ExprKind::kSubquery) return {&as<Subquery>(expr).shift, ""};
  if (expr.kind == ExprKind::kMatrixSelector) {
    auto& selector = as<MatrixSelector>(expr).selector;
    if (selector) return {&selector->shift, ""};
    return {nullptr, "ranges only allowed for vector selectors"};
  }
  return {nullptr, std::string(modifier) +
                       " modifier must be preceded by an instant vector selector or range vector "
                       "selector or a subquery"};
}

std::string_view matrix_fault(const Expr& operand) {
  if (operand.kind != ExprKind::kVectorSelector) return "ranges only allowed for vector selectors";
  const TimeShift& shift = as<VectorSelector>(operand).shift;
  if (shift.offset != 0 || shift.offset_expr) return "no offset modifiers allowed before range";
  if (shift.at != AtKind::kNone) return "no @ modifiers allowed before range";
  return "";
}

void set_duration(DurationExprPtr from, base::DurationMs& ms, DurationExprPtr& expr) {
  if (from->kind == DurationExpr::Kind::kNumber) {
    ms = duration_ms_of(from->seconds);
  } else {
    expr = std::move(from);
  }
}

}  // namespace

ExprPtr Parser::parse_postfix(ExprPtr expr) {
  while (expr) {
    const uint32_t height = height_;
    const TokenKind kind = peek().kind;
    if (kind == TokenKind::kLeftBracket) {
      expr = parse_brackets(std::move(expr));
      if (!expr || !grow(height)) return nullptr;
      continue;
    }
    if (kind == TokenKind::kOffset) {
      expr = parse_offset(std::move(expr));
    } else if (kind == TokenKind::kAt) {
      expr = parse_at(std::move(expr));
    } else if (kind == TokenKind::kAnchored) {
      take();
      set_range_mode(*expr, RangeMode::kAnchored, "anchored");
    } else if (kind == TokenKind::kSmoothed) {
      take();
      set_range_mode(*expr, RangeMode::kSmoothed, "smoothed");
    } else {
      return expr;
    }
    height_ = height;
  }
  return nullptr;
}

ExprPtr Parser::parse_brackets(ExprPtr expr) {
  const Token open = take();
  DurationExprPtr range = parse_duration_binary(0);
  if (!range) {
    unexpected("subquery or range selector", kDuration);
    return nullptr;
  }
  range = check_positive(std::move(range));
  if (peek().kind == TokenKind::kRightBracket) {
    const Token close = take();
    ExprPtr matrix = make_matrix(std::move(expr), open, close);
    auto& node = as<MatrixSelector>(*matrix);
    set_duration(std::move(range), node.range, node.range_expr);
    return matrix;
  }
  if (peek().kind == TokenKind::kColon) {
    auto node = std::make_unique<Subquery>();
    node->expr = std::move(expr);
    set_duration(std::move(range), node->range, node->range_expr);
    return parse_subquery_step(std::move(node));
  }
  fail();
  unexpected("subquery or range", "\":\" or \"]\"");
  return nullptr;
}

ExprPtr Parser::make_matrix(ExprPtr expr, const Token& open, const Token& close) {
  if (const auto fault = matrix_fault(*expr); !fault.empty()) {
    issue({open.start, close.end()}, std::string(fault));
  }
  auto node = std::make_unique<MatrixSelector>();
  node->pos = {expr->pos.start, close.end()};
  if (expr->kind == ExprKind::kVectorSelector) {
    node->selector.reset(static_cast<VectorSelector*>(expr.release()));
  }
  return node;
}

ExprPtr Parser::parse_subquery_step(std::unique_ptr<Subquery> node) {
  take();
  if (peek().kind != TokenKind::kRightBracket) {
    DurationExprPtr step = parse_duration_binary(0);
    if (!step) {
      unexpected("subquery selector", "number, duration, step(), range(), or \"]\"");
      return nullptr;
    }
    set_duration(check_positive(std::move(step)), node->step, node->step_expr);
    if (peek().kind != TokenKind::kRightBracket) {
      fail();
      unexpected("subquery selector", "\"]\"");
      return nullptr;
    }
  }
  node->pos = {node->expr->pos.start, take().end()};
  return node;
}

ExprPtr Parser::parse_offset(ExprPtr expr) {
  take();
  DurationExprPtr offset = parse_offset_duration();
  if (!offset) {
    unexpected("offset", kDuration);
    return nullptr;
  }
  set_offset(*expr, std::move(offset), last_taken_end_);
  return expr;
}

void Parser::set_offset(Expr& expr, DurationExprPtr offset, uint32_t end) {
  const ShiftPlace place = shift_place(expr, "offset");
  if (place.shift == nullptr) return issue(expr.pos, place.fault);
  if (place.shift->offset != 0 || place.shift->offset_expr) {
    issue(expr.pos, "offset may not be set multiple times");
  } else {
    set_duration(std::move(offset), place.shift->offset, place.shift->offset_expr);
  }
  expr.pos.end = end;
}

ExprPtr Parser::parse_at(ExprPtr expr) {
  take();
  const TokenKind word = peek().kind;
  bool fits = true;
  if (word == TokenKind::kStart || word == TokenKind::kEndWord) {
    take();
    fits = accept(TokenKind::kLeftParen) && accept(TokenKind::kRightParen);
    const AtKind kind = word == TokenKind::kStart ? AtKind::kStart : AtKind::kEnd;
    if (fits) set_at(*expr, kind, 0, last_taken_end_);
  } else {
    const bool negative = word == TokenKind::kSub;
    if (negative || word == TokenKind::kAdd) take();
    fits = peek().kind == TokenKind::kNumber || peek().kind == TokenKind::kDuration;
    const double seconds = fits ? number_value(take()) : 0;
    if (fits) set_at(*expr, AtKind::kTimestamp, negative ? -seconds : seconds, last_taken_end_);
  }
  if (fits) return expr;
  fail();
  unexpected("@", "timestamp");
  return nullptr;
}

void Parser::set_at(Expr& expr, AtKind kind, double seconds, uint32_t end) {
  constexpr double kMsLimit = 9223372036854775808.0;
  const double ms = std::round(seconds * 1000);
  const bool in_range = ms < kMsLimit && ms > -kMsLimit;
  if (!in_range) {
    issue(expr.pos, "timestamp out of bounds for @ modifier: " + format_six_decimals(seconds));
  }
  const ShiftPlace place = shift_place(expr, "@");
  if (place.shift == nullptr) return issue(expr.pos, place.fault);
  if (place.shift->at != AtKind::kNone) {
    return issue(expr.pos, "@ <timestamp> may not be set multiple times");
  }
  place.shift->at = kind;
  place.shift->at_ms = in_range ? static_cast<base::TimestampMs>(ms) : 0;
  expr.pos.end = end;
}

void Parser::set_range_mode(Expr& expr, RangeMode mode, std::string_view word) {
  const auto refuse = [&](std::string_view reason) {
    issue(expr.pos, std::string(word) + std::string(reason));
  };
  if (!features_.extended_range_selectors) {
    return refuse(" modifier is experimental and not enabled");
  }
  if (expr.kind == ExprKind::kSubquery) return refuse(" modifier is not supported for subqueries");
  VectorSelector* selector = nullptr;
  if (expr.kind == ExprKind::kVectorSelector) {
    selector = &as<VectorSelector>(expr);
  } else if (expr.kind == ExprKind::kMatrixSelector) {
    selector = as<MatrixSelector>(expr).selector.get();
    if (selector == nullptr) return;
  } else {
    return refuse(" modifier not implemented");
  }
  if (selector->mode != RangeMode::kPlain && selector->mode != mode) {
    issue(expr.pos, "anchored and smoothed modifiers cannot be used together");
  }
  selector->mode = mode;
}

}  // namespace tocsin::promql
