#include "promql/syntax/lexer.h"

#include "engine/base/utf8.h"
#include "promql/syntax/characters.h"

namespace tocsin::promql {

Token Lexer::next() {
  Token token;
  do {
    skip_spaces();
    start_ = pos_;
    token = scan();
    start_ = pos_;
  } while (token.kind == TokenKind::kComment);
  return token;
}

Token Lexer::scan() {
  if (brace_open_) return scan_inside_braces();
  if (in_duration_expression_) return scan_duration_expression();
  return scan_statement();
}

Token Lexer::scan_statement() {
  const int c = peek();
  if (c < 0) {
    if (paren_depth_ != 0) return fail("unclosed left parenthesis");
    if (bracket_open_) return fail("unclosed left bracket");
    return emit(TokenKind::kEnd);
  }
  if (c == '#') return scan_comment();
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) return scan_number_or_duration();
  if (is_alpha(c) || c == ':') {
    return bracket_open_ ? scan_bracketed_word(static_cast<char>(c)) : scan_word();
  }
  switch (c) {
    case '"':
    case '\'':
      return scan_string(static_cast<char>(c));
    case '`':
      return scan_raw_string();
    case '(':
    case ')':
      return scan_parenthesis(static_cast<char>(c));
    case '[':
      return scan_open_bracket();
    case ']':
      return scan_close_bracket();
    case '{':
      ++pos_;
      brace_open_ = true;
      return emit(TokenKind::kLeftBrace);
    default:
      return scan_operator(static_cast<char>(c));
  }
}

Token Lexer::scan_operator(char c) {
  const int following = peek(1);
  const auto take = [this](TokenKind kind, uint32_t bytes) {
    pos_ += bytes;
    return emit(kind);
  };
  switch (c) {
    case ',':
      return take(TokenKind::kComma, 1);
    case '+':
      return take(TokenKind::kAdd, 1);
    case '-':
      return take(TokenKind::kSub, 1);
    case '*':
      return take(TokenKind::kMul, 1);
    case '/':
      return take(TokenKind::kDiv, 1);
    case '%':
      return take(TokenKind::kMod, 1);
    case '^':
      return take(TokenKind::kPow, 1);
    case '@':
      return take(TokenKind::kAt, 1);
    case '<':
      if (following == '=') return take(TokenKind::kLessEqual, 2);
      if (following == '/') return take(TokenKind::kTrimUpper, 2);
      return take(TokenKind::kLess, 1);
    case '>':
      if (following == '=') return take(TokenKind::kGreaterEqual, 2);
      if (following == '/') return take(TokenKind::kTrimLower, 2);
      return take(TokenKind::kGreater, 1);
    case '=':
      if (following == '=') return take(TokenKind::kEqual, 2);
      if (following == '~') return fail("unexpected character after '=': '~'");
      return take(TokenKind::kAssign, 1);
    case '!':
      if (following == '=') return take(TokenKind::kNotEqual, 2);
      ++pos_;
      return fail_at_character("unexpected character after '!': ");
    default:
      return fail_at_character("unexpected character: ");
  }
}

// After the first number between [ and ] only a colon and the words of durations may follow.
Token Lexer::scan_bracketed_word(char c) {
  if (c == ':') {
    if (got_colon_) return fail("unexpected colon ':'");
    got_colon_ = true;
    ++pos_;
    return emit(TokenKind::kColon);
  }
  Token token;
  if (scan_duration_word(token)) return token;
  pos_ = start_;
  return fail_at_character("unexpected character: ", ", expected ':'");
}

Token Lexer::scan_duration_expression() {
  const int c = peek();
  const auto take = [this](TokenKind kind) {
    ++pos_;
    return emit(kind);
  };
  if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
    got_duration_ = true;
    in_duration_expression_ = false;
    return scan_number_or_duration();
  }
  switch (c) {
    case -1:
      return fail("unexpected end of input in duration expression");
    case ']':
      return scan_close_bracket();
    case '(':
    case ')':
      return scan_parenthesis(static_cast<char>(c));
    case '+':
      return take(TokenKind::kAdd);
    case '-':
      return take(TokenKind::kSub);
    case '*':
      return take(TokenKind::kMul);
    case '/':
      return take(TokenKind::kDiv);
    case '%':
      return take(TokenKind::kMod);
    case '^':
      return take(TokenKind::kPow);
    case ',':
      return take(TokenKind::kComma);
    case ':':
      start_ = ++pos_;  // Upstream points after the colon.
      if (!got_duration_) return fail("unexpected colon before duration in duration expression");
      if (got_colon_) return fail("unexpected repeated colon in duration expression");
      got_colon_ = true;
      start_ = pos_ - 1;
      return emit(TokenKind::kColon);
    default:
      break;
  }
  Token token;
  if (scan_duration_word(token)) return token;
  pos_ = start_;
  return fail_at_character("unexpected character in duration expression: ");
}

Token Lexer::scan_inside_braces() {
  const int c = peek();
  const auto take = [this](TokenKind kind, uint32_t bytes) {
    pos_ += bytes;
    return emit(kind);
  };
  if (is_alpha(c)) {
    while (is_alphanumeric(peek())) ++pos_;
    return emit(TokenKind::kIdentifier);
  }
  switch (c) {
    case -1:
      return fail("unexpected end of input inside braces");
    case '#':
      return scan_comment();
    case ',':
      return take(TokenKind::kComma, 1);
    case '"':
    case '\'':
      return scan_string(static_cast<char>(c));
    case '`':
      return scan_raw_string();
    case '=':
      return peek(1) == '~' ? take(TokenKind::kRegexEqual, 2) : take(TokenKind::kAssign, 1);
    case '!':
      if (peek(1) == '~') return take(TokenKind::kRegexNotEqual, 2);
      if (peek(1) == '=') return take(TokenKind::kNotEqual, 2);
      ++pos_;
      return fail_at_character("unexpected character after '!' inside braces: ");
    case '{':
      return fail("unexpected left brace '{'");
    case '}':
      brace_open_ = false;
      return take(TokenKind::kRightBrace, 1);
    default:
      return fail_at_character("unexpected character inside braces: ");
  }
}

Token Lexer::scan_comment() {
  while (peek() >= 0 && peek() != '\n' && peek() != '\r') ++pos_;
  return emit(TokenKind::kComment);
}

Token Lexer::scan_parenthesis(char c) {
  ++pos_;
  if (c == '(') {
    ++paren_depth_;
    return emit(TokenKind::kLeftParen);
  }
  if (--paren_depth_ >= 0) return emit(TokenKind::kRightParen);
  start_ = pos_;  // Upstream points after the parenthesis.
  return fail("unexpected right parenthesis ')'");
}

Token Lexer::scan_open_bracket() {
  if (bracket_open_) return fail("unexpected left bracket '['");
  got_colon_ = false;
  bracket_open_ = true;
  in_duration_expression_ = true;
  ++pos_;
  return emit(TokenKind::kLeftBracket);
}

Token Lexer::scan_close_bracket() {
  if (!bracket_open_) return fail("unexpected right bracket ']'");
  bracket_open_ = false;
  in_duration_expression_ = false;
  ++pos_;
  return emit(TokenKind::kRightBracket);
}

Token Lexer::scan_word() {
  bool has_colon = false;
  for (; is_alphanumeric(peek()) || peek() == ':'; ++pos_) has_colon |= peek() == ':';
  if (has_colon) return emit(TokenKind::kMetricIdentifier);
  const TokenKind kind = word_kind(text_.substr(start_, pos_ - start_));
  const bool is_fill =
      kind == TokenKind::kFill || kind == TokenKind::kFillLeft || kind == TokenKind::kFillRight;
  if (is_fill && !next_is_left_paren()) return emit(TokenKind::kIdentifier);
  return emit(kind);
}

bool Lexer::scan_duration_word(Token& token) {
  while (is_alpha(peek())) ++pos_;
  const TokenKind kind = word_kind(text_.substr(start_, pos_ - start_));
  const bool is_duration_word = kind == TokenKind::kStep || kind == TokenKind::kRange ||
                                kind == TokenKind::kMaxOf || kind == TokenKind::kMinOf;
  if (is_duration_word) token = emit(kind);
  return is_duration_word;
}

bool Lexer::next_is_left_paren() const {
  uint32_t ahead = 0;
  while (is_space(peek(ahead))) ++ahead;
  return peek(ahead) == '(';
}

bool Lexer::accept(std::string_view any_of) {
  const int c = peek();
  if (c < 0 || any_of.find(static_cast<char>(c)) == std::string_view::npos) return false;
  ++pos_;
  return true;
}

void Lexer::skip_spaces() {
  while (is_space(peek())) ++pos_;
}

Token Lexer::emit(TokenKind kind) { return {kind, start_, text_.substr(start_, pos_ - start_)}; }

Token Lexer::fail(std::string message) {
  error_ = std::move(message);
  error_start_ = start_;
  return {TokenKind::kError, start_, {}};
}

Token Lexer::fail_at_character(std::string_view before, std::string_view after) {
  const uint32_t code = base::decode_rune(text_.substr(pos_)).code;
  return fail(std::string(before) + quote_rune(code) + std::string(after));
}

}  // namespace tocsin::promql
