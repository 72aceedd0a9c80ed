// What stands between a binary operator and its right side, and lists of label names.
#include "engine/base/labels.h"
#include "promql/syntax/characters.h"
#include "promql/syntax/parser_impl.h"

namespace tocsin::promql {
namespace {

bool is_fill(TokenKind kind) {
  return kind == TokenKind::kFill || kind == TokenKind::kFillLeft || kind == TokenKind::kFillRight;
}

}  // namespace

bool Parser::parse_matching(BinaryExpr& node) {
  VectorMatching& matching = node.matching.emplace();
  node.return_bool = accept(TokenKind::kBool);
  const TokenKind kind = peek().kind;
  if ((kind == TokenKind::kOn || kind == TokenKind::kIgnoring) && !parse_on_or_ignoring(matching)) {
    return false;
  }
  return parse_fill(matching);
}

bool Parser::parse_on_or_ignoring(VectorMatching& matching) {
  matching.on = take().kind == TokenKind::kOn;
  if (!parse_label_list(matching.labels)) return false;
  const TokenKind kind = peek().kind;
  if (kind != TokenKind::kGroupLeft && kind != TokenKind::kGroupRight) return true;
  take();
  matching.cardinality =
      kind == TokenKind::kGroupLeft ? MatchCardinality::kManyToOne : MatchCardinality::kOneToMany;
  // Without a list an operand or fill must come next; anything else looks like a broken list.
  const bool no_list = peek().kind != TokenKind::kLeftParen &&
                       (can_start_expression(peek().kind) || is_fill(peek().kind));
  return no_list || parse_label_list(matching.include);
}

// fill (v), or fill_left (v) and fill_right (v) in either order.
bool Parser::parse_fill(VectorMatching& matching) {
  const TokenKind first = peek().kind;
  if (first == TokenKind::kFill) {
    take();
    matching.fill_left = matching.fill_right = parse_fill_value();
    return matching.fill_left.has_value();
  }
  if (first != TokenKind::kFillLeft && first != TokenKind::kFillRight) return true;
  take();
  const bool left_first = first == TokenKind::kFillLeft;
  auto& one = left_first ? matching.fill_left : matching.fill_right;
  auto& other = left_first ? matching.fill_right : matching.fill_left;
  one = parse_fill_value();
  if (!one) return false;
  if (!accept(left_first ? TokenKind::kFillRight : TokenKind::kFillLeft)) return true;
  other = parse_fill_value();
  return other.has_value();
}

std::optional<double> Parser::parse_fill_value() {
  bool fits = accept(TokenKind::kLeftParen);
  const bool negative = fits && peek().kind == TokenKind::kSub;
  if (fits && (negative || peek().kind == TokenKind::kAdd)) take();
  fits = fits && (peek().kind == TokenKind::kNumber || peek().kind == TokenKind::kDuration);
  const double value = fits ? number_value(take()) : 0;
  if (!fits || !accept(TokenKind::kRightParen)) {
    fail();
    return std::nullopt;
  }
  return negative ? -value : value;
}

bool Parser::parse_label_list(std::vector<std::string>& labels) {
  if (!accept(TokenKind::kLeftParen)) {
    fail();
    return unexpected("grouping opts", "\"(\"");
  }
  while (!accept(TokenKind::kRightParen)) {
    if (!parse_grouping_label(labels)) return false;
    if (accept(TokenKind::kComma)) continue;
    if (peek().kind != TokenKind::kRightParen) {
      fail();
      return unexpected("grouping opts", "\",\" or \")\"");
    }
  }
  return true;
}

bool Parser::parse_grouping_label(std::vector<std::string>& labels) {
  const bool quoted = peek().kind == TokenKind::kString;
  if (!quoted && !can_name_label(peek().kind)) {
    fail();
    return unexpected("grouping opts", "label");
  }
  const Token token = take();
  labels.push_back(quoted ? unquote(token.text) : std::string(token.text));
  if (labels.back().empty() || !base::is_utf8(labels.back())) {
    issue(token.range(), "invalid label name for grouping: " + base::go_quote(labels.back()));
  }
  return true;
}

}  // namespace tocsin::promql
