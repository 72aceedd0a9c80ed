// Arithmetic on durations.
#include <algorithm>

#include "promql/syntax/literal_time.h"
#include "promql/syntax/parser_impl.h"

namespace tocsin::promql {
namespace {

using Kind = DurationExpr::Kind;

constexpr int kSumPrecedence = 1;
constexpr int kProductPrecedence = 2;
constexpr int kPowPrecedence = 3;

// 0 for a token that is no operator of durations.
int precedence_of(TokenKind kind) {
  if (kind == TokenKind::kAdd || kind == TokenKind::kSub) return kSumPrecedence;
  if (kind == TokenKind::kPow) return kPowPrecedence;
  const bool product =
      kind == TokenKind::kMul || kind == TokenKind::kDiv || kind == TokenKind::kMod;
  return product ? kProductPrecedence : 0;
}

Kind kind_of(TokenKind op) {
  if (op == TokenKind::kAdd) return Kind::kAdd;
  if (op == TokenKind::kSub) return Kind::kSub;
  if (op == TokenKind::kMul) return Kind::kMul;
  if (op == TokenKind::kDiv) return Kind::kDiv;
  return op == TokenKind::kMod ? Kind::kMod : Kind::kPow;
}

bool is_literal(TokenKind kind) {
  return kind == TokenKind::kNumber || kind == TokenKind::kDuration;
}
bool is_sign(TokenKind kind) { return kind == TokenKind::kAdd || kind == TokenKind::kSub; }
bool is_word(TokenKind kind) {
  return kind == TokenKind::kStep || kind == TokenKind::kRange || kind == TokenKind::kMaxOf ||
         kind == TokenKind::kMinOf;
}

DurationExprPtr make_duration(Kind kind, base::PosRange pos) {
  auto node = std::make_unique<DurationExpr>();
  node->kind = kind;
  node->pos = pos;
  return node;
}

}  // namespace

DurationExprPtr Parser::parse_duration_binary(int precedence_min) {
  Level level(*this);
  if (!level.ok()) return nullptr;
  return parse_duration_rest(parse_duration_operand(), precedence_min);
}

DurationExprPtr Parser::parse_duration_rest(DurationExprPtr lhs, int precedence_min) {
  while (lhs) {
    const int precedence = precedence_of(peek().kind);
    if (precedence == 0 || precedence < precedence_min) break;
    const uint32_t lhs_height = height_;
    const Token op = take();
    DurationExprPtr rhs =
        parse_duration_binary(precedence == kPowPrecedence ? kPowPrecedence : precedence + 1);
    if (!rhs || !grow(std::max(lhs_height, height_))) return nullptr;
    lhs = combine(op, std::move(lhs), std::move(rhs));
  }
  return lhs;
}

DurationExprPtr Parser::combine(const Token& op, DurationExprPtr lhs, DurationExprPtr rhs) {
  const bool by_zero = rhs->kind == Kind::kNumber && rhs->seconds == 0;
  if (by_zero && (op.kind == TokenKind::kDiv || op.kind == TokenKind::kMod)) {
    issue(op.range(), op.kind == TokenKind::kDiv ? "division by zero" : "modulo by zero");
    return make_duration(Kind::kNumber, {});
  }
  auto node = make_duration(kind_of(op.kind), {lhs->pos.start, rhs->pos.end});
  node->lhs = std::move(lhs);
  node->rhs = std::move(rhs);
  return node;
}

DurationExprPtr Parser::parse_duration_operand() {
  const TokenKind kind = peek().kind;
  height_ = 1;
  if (is_literal(kind)) return parse_duration_literal();
  if (is_sign(kind)) return parse_duration_unary();
  if (kind == TokenKind::kLeftParen) return parse_duration_paren();
  if (is_word(kind)) return parse_duration_word();
  fail();
  return nullptr;
}

DurationExprPtr Parser::parse_duration_literal() {
  const Token token = take();
  auto node = make_duration(Kind::kNumber, token.range());
  node->seconds = number_value(token);
  node->is_duration = token.kind == TokenKind::kDuration;
  if (!is_duration_out_of_range(node->seconds)) return node;
  issue(token.range(), "duration out of range");
  return make_duration(Kind::kNumber, {});
}

DurationExprPtr Parser::parse_duration_unary() {
  const Token sign = take();
  return negate_next(sign);
}

DurationExprPtr Parser::negate_next(const Token& sign) {
  DurationExprPtr operand = parse_duration_binary(kProductPrecedence + 1);
  return operand ? negate(sign, std::move(operand)) : nullptr;
}

// A plus leaves no trace except that a literal begins with it.
DurationExprPtr Parser::negate(const Token& op, DurationExprPtr operand) {
  const bool minus = op.kind == TokenKind::kSub;
  if (operand->kind == Kind::kNumber) {
    if (minus) operand->seconds = -operand->seconds;
    operand->pos.start = op.start;
    return operand;
  }
  if (!minus) return operand;
  if (!grow(height_)) return nullptr;
  auto node = make_duration(Kind::kNegate, {op.start, operand->pos.end});
  node->lhs = std::move(operand);
  return node;
}

DurationExprPtr Parser::parse_duration_paren() {
  const Token open = take();
  DurationExprPtr inner = parse_duration_binary(0);
  if (!inner || !grow(height_)) return nullptr;
  if (peek().kind != TokenKind::kRightParen) {
    fail();
    return nullptr;
  }
  const Token close = take();
  // Upstream counts the parentheses only around a literal.
  const bool literal = inner->kind == Kind::kNumber;
  auto node =
      make_duration(Kind::kParen, literal ? base::PosRange{open.start, close.end()} : inner->pos);
  node->lhs = std::move(inner);
  return node;
}

// step(), range(), min_of(a, b), max_of(a, b).
DurationExprPtr Parser::parse_duration_word() {
  const Token word = take();
  const bool has_operands = word.kind == TokenKind::kMaxOf || word.kind == TokenKind::kMinOf;
  Kind kind = word.kind == TokenKind::kStep ? Kind::kStep : Kind::kRange;
  if (has_operands) kind = word.kind == TokenKind::kMaxOf ? Kind::kMaxOf : Kind::kMinOf;
  auto node = make_duration(kind, word.range());
  bool fits = accept(TokenKind::kLeftParen);
  if (fits && has_operands) {
    node->lhs = parse_duration_binary(0);
    const uint32_t lhs_height = height_;
    if (!node->lhs) return nullptr;
    fits = accept(TokenKind::kComma);
    if (fits) node->rhs = parse_duration_binary(0);
    if (fits && (!node->rhs || !grow(std::max(lhs_height, height_)))) return nullptr;
  }
  if (!fits || !accept(TokenKind::kRightParen)) {
    fail();
    return nullptr;
  }
  if (!has_operands) node->pos.end = last_taken_end_;
  return node;
}

// One operand, unless it begins with a parenthesis or two signs: x offset 1m + 2 adds to x, but
// upstream's grammar lets x offset (1m) + 2 run on as a duration.
DurationExprPtr Parser::parse_offset_duration() {
  const TokenKind kind = peek().kind;
  height_ = 1;
  if (is_literal(kind)) return parse_duration_literal();
  if (is_word(kind)) return parse_duration_word();
  if (is_sign(kind)) return parse_signed_offset();
  return parse_duration_binary(0);
}

DurationExprPtr Parser::parse_signed_offset() {
  const Token sign = take();
  const TokenKind kind = peek().kind;
  if (is_sign(kind)) return parse_duration_rest(negate_next(sign), 0);
  height_ = 1;
  DurationExprPtr operand = parse_duration_operand();
  return operand ? negate(sign, std::move(operand)) : nullptr;
}

DurationExprPtr Parser::check_positive(DurationExprPtr duration) {
  if (duration->kind == Kind::kNumber && duration->seconds <= 0) {
    issue(duration->pos, "duration must be greater than 0");
  }
  return duration;
}

}  // namespace tocsin::promql
