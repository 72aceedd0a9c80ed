#include "promql/syntax/parser.h"

#include <charconv>
#include <cmath>

#include "engine/base/annotations.h"
#include "engine/base/number.h"
#include "promql/syntax/characters.h"
#include "promql/syntax/parser_impl.h"
#include "promql/syntax/typecheck.h"

namespace tocsin::promql {
namespace {

// A chain of operators is a tree as high as it is long, though nothing is nested in it.
constexpr uint32_t kHeightPerDepth = 4;

bool is_closing(TokenKind kind) {
  return kind == TokenKind::kRightBrace || kind == TokenKind::kRightParen ||
         kind == TokenKind::kRightBracket || kind == TokenKind::kDuration ||
         kind == TokenKind::kNumber;
}

// Go's strconv.ParseInt with base 0, for what the lexer lets through.
std::optional<double> parse_integer(std::string_view text) {
  std::string digits;
  if (text.find('_') != std::string_view::npos) {
    if (text.back() == '_') return std::nullopt;
    for (const char c : text) {
      if (c != '_') digits.push_back(c);
    }
    text = digits;
  }
  int radix = 10;
  if (text.size() > 2 && (text[1] == 'x' || text[1] == 'X')) {
    radix = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    radix = 8;
    text.remove_prefix(1);
  }
  int64_t value = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value, radix);
  if (error != std::errc() || at != text.data() + text.size()) return std::nullopt;
  return static_cast<double>(value);
}

bool looks_out_of_range(std::string_view text) {
  return text.back() != '_' && text.find('x') == std::string_view::npos &&
         text.find('X') == std::string_view::npos;
}

ParseErrors one_issue(std::string message) {
  return ParseErrors{{ParseIssue{{0, 0}, std::move(message)}}};
}

std::string too_long(size_t bytes, uint32_t bytes_max) {
  return "query is too long: " + std::to_string(bytes) + " bytes, at most " +
         std::to_string(bytes_max) + " are allowed";
}

}  // namespace

const Token& Parser::peek() {
  if (has_token_) return token_;
  has_token_ = true;
  token_ = lexer_.next();
  if (token_.kind == TokenKind::kError) issue(lexer_.error_range(), lexer_.error());
  if (is_closing(token_.kind)) last_closing_ = token_.end();
  return token_;
}

Token Parser::take() {
  const Token token = peek();
  has_token_ = false;
  last_taken_end_ = token.end();
  return token;
}

bool Parser::accept(TokenKind kind) {
  if (peek().kind != kind) return false;
  take();
  return true;
}

bool Parser::expect_end() { return peek().kind == TokenKind::kEnd || fail(); }

void Parser::issue(base::PosRange pos, std::string message) {
  issues_.push_back({pos, std::move(message)});
}

bool Parser::fail() {
  peek();
  failed_ = true;
  unexplained_ = true;
  return false;
}

bool Parser::unexpected(std::string_view context, std::string_view expected) {
  if (!unexplained_) return false;
  unexplained_ = false;
  if (token_.kind == TokenKind::kError) return false;
  std::string message = "unexpected " + describe(token_);
  if (!context.empty()) message.append(" in ").append(context);
  if (!expected.empty()) message.append(", expected ").append(expected);
  issue(token_.range(), std::move(message));
  return false;
}

bool Parser::Level::ok() {
  if (parser_.depth_ <= parser_.limits_.depth_max) return true;
  if (!parser_.failed_) {
    parser_.failed_ = true;
    parser_.issue(parser_.peek().range(), "query is nested too deeply: more than " +
                                              std::to_string(parser_.limits_.depth_max) +
                                              " levels");
  }
  return false;
}

bool Parser::grow(uint32_t height) {
  height_ = height + 1;
  const uint32_t height_max = limits_.depth_max * kHeightPerDepth;
  if (height_ <= height_max) return true;
  failed_ = true;
  issue(peek().range(),
        "query has too long a chain of operators: more than " + std::to_string(height_max));
  return false;
}

double Parser::number_value(const Token& token) {
  if (token.kind == TokenKind::kDuration) {
    auto duration = base::parse_duration(token.text);
    if (!duration) {
      issue(token.range(), duration.error().message);
      return 0;
    }
    // As Go's Duration.Seconds() rounds.
    return static_cast<double>(*duration / 1000) +
           static_cast<double>(*duration % 1000 * 1000000) / 1e9;
  }
  if (const auto integer = parse_integer(token.text)) return *integer;
  if (const auto value = base::parse_float(token.text)) return *value;
  issue(token.range(),
        "error parsing number: strconv.ParseFloat: parsing \"" + std::string(token.text) +
            "\": " + (looks_out_of_range(token.text) ? "value out of range" : "invalid syntax"));
  return 0;
}

ExprPtr Parser::parse_query() {
  if (peek().kind == TokenKind::kEnd) {
    issue({0, 0}, "no expression found in input");
    return nullptr;
  }
  ExprPtr expr = parse_binary(0);
  if (expr && expect_end()) return expr;
  unexpected("", "");
  return nullptr;
}

base::Result<ExprPtr, ParseErrors> parse(std::string_view text, const Features& features,
                                         const ParseLimits& limits) {
  if (text.size() > limits.bytes_max) return one_issue(too_long(text.size(), limits.bytes_max));
  Parser parser(text, features, limits);
  ExprPtr expr = parser.parse_query();
  if (parser.issues().empty()) check_types(*expr, parser.issues());
  if (!parser.issues().empty()) return ParseErrors{std::move(parser.issues())};
  return expr;
}

base::Result<ExprPtr> parse_expr(std::string_view text, const Features& features) {
  auto expr = parse(text, features);
  if (expr) return *std::move(expr);
  return base::Error{base::Code::kInvalid, describe(expr.error(), text)};
}

std::string describe(const ParseErrors& errors, std::string_view text) {
  const ParseIssue& first = errors.issues.front();
  const std::string rest = ": parse error: " + first.message;
  if (text.empty()) return "unknown position" + rest;
  if (first.pos.start > text.size()) return "invalid position" + rest;
  const base::Position at = base::position_of(text, first.pos.start);
  return std::to_string(at.line) + ":" + std::to_string(at.column) + rest;
}

base::Result<base::Matchers> parse_selector(std::string_view text) {
  Parser parser(text, {}, {});
  auto selector = parser.parse_lone_selector();
  if (selector && parser.issues().empty()) return std::move(selector->matchers);
  return base::Error{base::Code::kInvalid, describe({std::move(parser.issues())}, text)};
}

base::Result<base::Labels> parse_metric(std::string_view text) {
  Parser parser(text, {}, {});
  auto labels = parser.parse_lone_metric();
  if (labels && parser.issues().empty()) return *std::move(labels);
  return base::Error{base::Code::kInvalid, describe({std::move(parser.issues())}, text)};
}

Features Features::all() {
  Features features;
  features.experimental_functions = true;
  features.extended_range_selectors = true;
  features.binop_fill_modifiers = true;
  features.delayed_name_removal = true;
  features.type_and_unit_labels = true;
  features.use_start_timestamps = true;
  features.per_step_stats = true;
  return features;
}

}  // namespace tocsin::promql
