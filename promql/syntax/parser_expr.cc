// Operators, literals and parentheses.
#include <algorithm>
#include <array>

#include "promql/syntax/characters.h"
#include "promql/syntax/parser_impl.h"

namespace tocsin::promql {
namespace {

constexpr int kUnaryPrecedence = 5;
constexpr int kPowPrecedence = 6;

struct BinaryRow {
  BinaryOp op = BinaryOp::kAdd;
  int precedence = 0;
};

// In the order of TokenKind, from kAdd; precedence 0 marks what is no binary operator.
constexpr std::array kRows = {
    BinaryRow{BinaryOp::kAdd, 4},          BinaryRow{BinaryOp::kSub, 4},
    BinaryRow{BinaryOp::kMul, 5},          BinaryRow{BinaryOp::kDiv, 5},
    BinaryRow{BinaryOp::kMod, 5},          BinaryRow{BinaryOp::kPow, kPowPrecedence},
    BinaryRow{BinaryOp::kEqual, 3},        BinaryRow{BinaryOp::kNotEqual, 3},
    BinaryRow{BinaryOp::kLess, 3},         BinaryRow{BinaryOp::kLessEqual, 3},
    BinaryRow{BinaryOp::kGreater, 3},      BinaryRow{BinaryOp::kGreaterEqual, 3},
    BinaryRow{BinaryOp::kTrimUpper, 3},    BinaryRow{BinaryOp::kTrimLower, 3},
    BinaryRow{BinaryOp::kEqual, 0} /*=~*/, BinaryRow{BinaryOp::kNotEqual, 0} /*!~*/,
    BinaryRow{BinaryOp::kAdd, 0} /*@*/,    BinaryRow{BinaryOp::kAnd, 2},
    BinaryRow{BinaryOp::kOr, 1},           BinaryRow{BinaryOp::kUnless, 2},
    BinaryRow{BinaryOp::kAtan2, 5},
};
static_assert(kRows.size() ==
              static_cast<size_t>(TokenKind::kAtan2) - static_cast<size_t>(TokenKind::kAdd) + 1);

BinaryRow binary_row(TokenKind kind) {
  if (!is_operator(kind)) return {};
  return kRows[static_cast<size_t>(kind) - static_cast<size_t>(TokenKind::kAdd)];
}

}  // namespace

ExprPtr Parser::parse_binary(int precedence_min) {
  Level level(*this);
  if (!level.ok()) return nullptr;
  ExprPtr lhs = parse_operand();
  while (lhs) {
    const BinaryRow row = binary_row(peek().kind);
    if (row.precedence == 0 || row.precedence < precedence_min) break;
    const uint32_t lhs_height = height_;
    auto node = std::make_unique<BinaryExpr>();
    node->op = row.op;
    node->op_pos.start = take().start;
    if (!parse_matching(*node)) return nullptr;
    node->op_pos.end = last_taken_end_;
    // ^ alone associates to the right.
    node->rhs =
        parse_binary(row.precedence == kPowPrecedence ? kPowPrecedence : row.precedence + 1);
    if (!node->rhs || !grow(std::max(lhs_height, height_))) return nullptr;
    node->lhs = std::move(lhs);
    node->pos = {node->lhs->pos.start, node->rhs->pos.end};
    const auto& matching = node->matching;
    if (!features_.binop_fill_modifiers && (matching->fill_left || matching->fill_right)) {
      issue(node->pos, "binop fill modifiers are experimental and not enabled");
    }
    lhs = std::move(node);
  }
  return lhs;
}

ExprPtr Parser::parse_operand() {
  const TokenKind kind = peek().kind;
  if (kind == TokenKind::kAdd || kind == TokenKind::kSub) return parse_unary();
  ExprPtr expr = parse_prefix();
  return expr ? parse_postfix(std::move(expr)) : nullptr;
}

ExprPtr Parser::parse_prefix() {
  const TokenKind kind = peek().kind;
  height_ = 1;
  if (kind == TokenKind::kNumber || kind == TokenKind::kDuration) return parse_number_literal();
  if (kind == TokenKind::kString) return parse_string_literal();
  if (kind == TokenKind::kLeftParen) return parse_paren();
  if (kind == TokenKind::kLeftBrace) return parse_selector(nullptr);
  if (can_name_metric(kind)) return parse_word();
  fail();
  return nullptr;
}

// The sign stands on the level of multiplication, but takes a power as its operand.
ExprPtr Parser::parse_unary() {
  const Token sign = take();
  ExprPtr operand = parse_binary(kUnaryPrecedence + 1);
  if (!operand) return nullptr;
  if (operand->kind == ExprKind::kNumber) {
    auto& number = as<NumberLiteral>(*operand);
    if (sign.kind == TokenKind::kSub) number.value = -number.value;
    number.pos.start = sign.start;
    return operand;
  }
  if (!grow(height_)) return nullptr;
  auto node = std::make_unique<UnaryExpr>();
  node->negate = sign.kind == TokenKind::kSub;
  node->pos = {sign.start, operand->pos.end};
  node->expr = std::move(operand);
  return node;
}

ExprPtr Parser::parse_paren() {
  const Token open = take();
  auto node = std::make_unique<ParenExpr>();
  node->expr = parse_binary(0);
  if (!node->expr || !grow(height_)) return nullptr;
  if (peek().kind != TokenKind::kRightParen) {
    fail();
    return nullptr;
  }
  node->pos = {open.start, take().end()};
  return node;
}

ExprPtr Parser::parse_number_literal() {
  const Token token = take();
  auto node = std::make_unique<NumberLiteral>();
  node->value = number_value(token);
  node->is_duration = token.kind == TokenKind::kDuration;
  node->pos = token.range();
  return node;
}

ExprPtr Parser::parse_string_literal() {
  const Token token = take();
  auto node = std::make_unique<StringLiteral>();
  node->value = unquote(token.text);
  node->pos = token.range();
  return node;
}

// A word begins an aggregation, a call or a selector; what follows it decides.
ExprPtr Parser::parse_word() {
  const Token word = take();
  const TokenKind following = peek().kind;
  if (is_aggregator(word.kind)) {
    if (following == TokenKind::kLeftParen || following == TokenKind::kBy ||
        following == TokenKind::kWithout) {
      return parse_aggregate(word);
    }
  } else if (following == TokenKind::kLeftParen &&
             (word.kind == TokenKind::kIdentifier || word.kind >= TokenKind::kStart)) {
    return parse_call(word);
  }
  return parse_selector(&word);
}

}  // namespace tocsin::promql
