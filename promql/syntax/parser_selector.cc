// Selectors, and metrics as series descriptions have them.
#include "promql/syntax/characters.h"
#include "promql/syntax/parser_impl.h"

namespace tocsin::promql {
namespace {

std::optional<base::MatchOp> match_op(TokenKind kind) {
  if (kind == TokenKind::kAssign) return base::MatchOp::kEqual;
  if (kind == TokenKind::kNotEqual) return base::MatchOp::kNotEqual;
  if (kind == TokenKind::kRegexEqual) return base::MatchOp::kRegex;
  if (kind == TokenKind::kRegexNotEqual) return base::MatchOp::kNotRegex;
  return std::nullopt;
}

constexpr std::string_view kLabelMatching = "label matching";
constexpr std::string_view kLabelSet = "label set";
constexpr std::string_view kMoreOrEnd = "\",\" or \"}\"";
constexpr std::string_view kNameOrEnd = "identifier or \"}\"";

}  // namespace

ExprPtr Parser::parse_selector(const Token* name) { return make_selector(name); }

std::unique_ptr<VectorSelector> Parser::make_selector(const Token* name) {
  auto node = std::make_unique<VectorSelector>();
  node->pos = name != nullptr ? name->range() : peek().range();
  if (peek().kind == TokenKind::kLeftBrace) {
    if (!parse_matchers(*node)) return nullptr;
    node->pos.end = last_taken_end_;
  }
  if (name != nullptr) {
    node->name = name->text;
    node->matchers.push_back(base::Matcher::equal(std::string(base::kMetricName), node->name));
  }
  return node;
}

bool Parser::parse_matchers(VectorSelector& selector) {
  take();
  while (!accept(TokenKind::kRightBrace)) {
    if (!parse_matcher(selector.matchers)) return false;
    if (accept(TokenKind::kComma)) continue;
    if (peek().kind != TokenKind::kRightBrace) {
      fail();
      return unexpected(kLabelMatching, kMoreOrEnd);
    }
  }
  return true;
}

// name="value", "quoted name"="value", or a quoted metric name alone.
bool Parser::parse_matcher(base::Matchers& matchers) {
  const TokenKind kind = peek().kind;
  if (kind != TokenKind::kIdentifier && kind != TokenKind::kString) {
    fail();
    return unexpected(kLabelMatching, kNameOrEnd);
  }
  const Token first = take();
  const bool quoted = kind == TokenKind::kString;
  const std::string name = quoted ? unquote(first.text) : std::string(first.text);
  if (match_op(peek().kind)) return parse_match_value(first, name, matchers);
  if (quoted) {
    matchers.push_back(base::Matcher::equal(std::string(base::kMetricName), name));
    return true;
  }
  fail();
  return unexpected(kLabelMatching, "label matching operator");
}

bool Parser::parse_match_value(const Token& first, const std::string& name,
                               base::Matchers& matchers) {
  const base::MatchOp op = *match_op(take().kind);
  if (peek().kind != TokenKind::kString) {
    fail();
    return unexpected(kLabelMatching, "string");
  }
  const Token value = take();
  auto matcher = base::Matcher::make(op, name, unquote(value.text));
  if (matcher) {
    matchers.push_back(*std::move(matcher));
  } else {
    issue({first.start, value.end()}, matcher.error().message);
  }
  return true;
}

std::unique_ptr<VectorSelector> Parser::parse_lone_selector() {
  std::unique_ptr<VectorSelector> selector;
  const TokenKind kind = peek().kind;
  if (kind == TokenKind::kLeftBrace) {
    selector = make_selector(nullptr);
  } else if (can_name_metric(kind)) {
    const Token name = take();
    selector = make_selector(&name);
  } else {
    fail();
  }
  if (selector && expect_end()) return selector;
  unexpected("", "");
  return nullptr;
}

std::optional<base::Labels> Parser::parse_lone_metric() {
  base::LabelsBuilder labels;
  std::string name;
  if (can_name_metric(peek().kind)) name = take().text;
  const bool fits = peek().kind != TokenKind::kLeftBrace || parse_label_set(labels);
  if (!fits || !expect_end()) {
    unexpected("", "");
    return std::nullopt;
  }
  if (!name.empty()) labels.set(base::kMetricName, name);
  return labels.build();
}

bool Parser::parse_label_set(base::LabelsBuilder& labels) {
  take();
  while (!accept(TokenKind::kRightBrace)) {
    if (!parse_label_assignment(labels)) return false;
    if (accept(TokenKind::kComma)) continue;
    if (peek().kind != TokenKind::kRightBrace) {
      fail();
      return unexpected(kLabelSet, kMoreOrEnd);
    }
  }
  return true;
}

bool Parser::parse_label_assignment(base::LabelsBuilder& labels) {
  const TokenKind kind = peek().kind;
  if (kind != TokenKind::kIdentifier && kind != TokenKind::kString) {
    fail();
    return unexpected(kLabelSet, kNameOrEnd);
  }
  const Token first = take();
  const bool quoted = kind == TokenKind::kString;
  const std::string name = quoted ? unquote(first.text) : std::string(first.text);
  if (!accept(TokenKind::kAssign)) {
    if (quoted) {
      labels.set(base::kMetricName, name);
      return true;
    }
    fail();
    return unexpected(kLabelSet, "\"=\"");
  }
  if (peek().kind != TokenKind::kString) {
    fail();
    return unexpected(kLabelSet, "string");
  }
  labels.set(name, unquote(take().text));
  return true;
}

}  // namespace tocsin::promql
