// The UTF-8 matcher grammar: a lexer over runes and a parser with one function per expectation.
#include <optional>

#include "engine/base/utf8.h"
#include "notifiers/go_unquote.h"
#include "notifiers/matcher_grammars.h"

namespace tocsin::notifiers {

namespace {

enum class Kind : uint8_t {
  kEnd,
  kOpenBrace,
  kCloseBrace,
  kComma,
  kEqual,
  kNotEqual,
  kRegex,
  kNotRegex,
  kQuoted,
  kUnquoted,
};

/// Columns count runes from 0.
struct Token {
  Kind kind = Kind::kEnd;
  std::string_view text;
  size_t column_start = 0;
  size_t column_end = 0;
};

std::string at_columns(size_t start, size_t end) {
  return std::to_string(start) + ':' + std::to_string(end) + ": ";
}

base::Error failure(std::string message) { return {base::Code::kInvalid, std::move(message)}; }

constexpr uint32_t kEndOfText = UINT32_MAX;

/// Where a token is, while it grows.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  uint32_t peek() const {
    return offset_ < text_.size() ? base::decode_rune(text_.substr(offset_)).code : kEndOfText;
  }
  void advance() {
    if (offset_ >= text_.size()) return;
    offset_ += base::decode_rune(text_.substr(offset_)).bytes;
    ++column_;
  }
  bool accept(uint32_t rune) {
    if (peek() != rune) return false;
    advance();
    return true;
  }
  void start_token() {
    token_offset_ = offset_;
    token_column_ = column_;
  }
  Token token(Kind kind) const { return {kind, seen(), token_column_, column_}; }
  std::string_view seen() const { return text_.substr(token_offset_, offset_ - token_offset_); }
  std::string where() const { return at_columns(token_column_, column_); }
  size_t column() const { return column_; }
  bool at_end() const { return offset_ >= text_.size(); }

 private:
  std::string_view text_;
  size_t offset_ = 0;
  size_t column_ = 0;
  size_t token_offset_ = 0;
  size_t token_column_ = 0;
};

base::Result<Token> scan_operator(Cursor& cursor) {
  if (cursor.accept('=')) return cursor.token(cursor.accept('~') ? Kind::kRegex : Kind::kEqual);
  cursor.advance();  // '!'
  if (cursor.accept('=')) return cursor.token(Kind::kNotEqual);
  if (cursor.accept('~')) return cursor.token(Kind::kNotRegex);
  if (cursor.at_end()) {
    return failure(cursor.where() + "unexpected end of input, expected one of '=~'");
  }
  return failure(cursor.where() + std::string(cursor.seen()) + ": expected one of '=~'");
}

base::Result<Token> scan_quoted(Cursor& cursor) {
  cursor.advance();
  bool escaped = false;
  for (; !cursor.at_end(); cursor.advance()) {
    if (escaped) {
      escaped = false;
    } else if (cursor.peek() == '\\') {
      escaped = true;
    } else if (cursor.peek() == '"') {
      cursor.advance();
      return cursor.token(Kind::kQuoted);
    }
  }
  return failure(cursor.where() + std::string(cursor.seen()) + ": missing end \"");
}

/// The next token; kEnd when there is none.
base::Result<Token> scan(Cursor& cursor) {
  while (!cursor.at_end() && base::is_unicode_space(cursor.peek())) cursor.advance();
  cursor.start_token();
  const uint32_t rune = cursor.peek();
  if (rune == kEndOfText) return cursor.token(Kind::kEnd);
  if (rune == '=' || rune == '!') return scan_operator(cursor);
  if (rune == '"') return scan_quoted(cursor);
  cursor.advance();
  if (rune == '{') return cursor.token(Kind::kOpenBrace);
  if (rune == '}') return cursor.token(Kind::kCloseBrace);
  if (rune == ',') return cursor.token(Kind::kComma);
  if (is_reserved_in_matcher(rune)) {
    return failure(cursor.where() + std::string(cursor.seen()) + ": invalid input");
  }
  while (!cursor.at_end() && !is_reserved_in_matcher(cursor.peek())) cursor.advance();
  return cursor.token(Kind::kUnquoted);
}

class Parser {
 public:
  explicit Parser(std::string_view text) : cursor_(text) {}

  base::Result<base::Matchers> parse() {
    ASSIGN_OR_RETURN(const Token first, peek());
    if (first.kind == Kind::kEnd) return std::move(matchers_);
    has_open_brace_ = first.kind == Kind::kOpenBrace;
    if (has_open_brace_) next();
    ASSIGN_OR_RETURN(const Token second, peek());
    if (second.kind != Kind::kEnd && second.kind != Kind::kCloseBrace) {
      RETURN_IF_ERROR(parse_list());
    }
    RETURN_IF_ERROR(parse_close_brace());
    return std::move(matchers_);
  }

 private:
  base::Result<Token> peek() const {
    Cursor ahead = cursor_;
    return scan(ahead);
  }
  /// Consumes what peek() showed.
  void next() { static_cast<void>(scan(cursor_)); }

  /// The next token if `accepts` it; else an error that ends in `expectation`.
  template <class Accepts>
  base::Result<Token> expect(Accepts accepts, std::string_view expectation) {
    const std::string tail = ": " + std::string(expectation);
    base::Result<Token> token = peek();
    if (!token) return failure(token.error().message + tail);
    if (token->kind == Kind::kEnd) return failure("end of input" + tail);
    if (!accepts(token->kind)) {
      return failure(at_columns(token->column_start, token->column_end) + "unexpected " +
                     std::string(token->text) + tail);
    }
    return token;
  }

  base::Status parse_list() {
    for (;;) {
      RETURN_IF_ERROR(parse_matcher());
      ASSIGN_OR_RETURN(const bool more, parse_separator());
      if (!more) return {};
    }
  }

  base::Result<std::string> parse_word(std::string_view expectation) {
    const auto is_word = [](Kind k) { return k == Kind::kQuoted || k == Kind::kUnquoted; };
    ASSIGN_OR_RETURN(const Token token, expect(is_word, expectation));
    next();
    if (token.kind == Kind::kUnquoted) return std::string(token.text);
    std::optional<std::string> text = go_unquote(token.text);
    if (text) return *std::move(text);
    return failure(at_columns(token.column_start, token.column_end) + std::string(token.text) +
                   ": invalid input");
  }

  base::Status parse_matcher() {
    ASSIGN_OR_RETURN(std::string name, parse_word("expected label name"));
    const auto is_operator = [](Kind k) { return k >= Kind::kEqual && k <= Kind::kNotRegex; };
    ASSIGN_OR_RETURN(const Token op,
                     expect(is_operator, "expected an operator such as '=', '!=', '=~' or '!~'"));
    next();
    ASSIGN_OR_RETURN(std::string value, parse_word("expected label value"));
    const auto match_op = static_cast<base::MatchOp>(static_cast<uint8_t>(op.kind) -
                                                     static_cast<uint8_t>(Kind::kEqual));
    auto matcher = base::Matcher::make(match_op, std::move(name), std::move(value));
    if (!matcher) return failure("failed to create matcher: " + matcher.error().message);
    matchers_.push_back(*std::move(matcher));
    return {};
  }

  /// What follows a matcher: true when another one comes.
  base::Result<bool> parse_separator() {
    ASSIGN_OR_RETURN(const Token end, peek_or(": expected a comma or close brace"));
    if (end.kind == Kind::kEnd) return false;
    const auto ends = [](Kind k) { return k == Kind::kComma || k == Kind::kCloseBrace; };
    ASSIGN_OR_RETURN(const Token token, expect(ends, "expected a comma or close brace"));
    if (token.kind == Kind::kCloseBrace) return false;
    next();
    constexpr std::string_view kAfterComma = "expected a matcher or close brace after comma";
    ASSIGN_OR_RETURN(const Token after, peek_or(": " + std::string(kAfterComma)));
    if (after.kind == Kind::kEnd || after.kind == Kind::kCloseBrace) return false;
    const auto starts = [](Kind k) { return k == Kind::kQuoted || k == Kind::kUnquoted; };
    RETURN_IF_ERROR(expect(starts, kAfterComma));
    return true;
  }

  base::Result<Token> peek_or(const std::string& tail) const {
    base::Result<Token> token = peek();
    if (!token) return failure(token.error().message + tail);
    return token;
  }

  base::Status parse_close_brace() {
    const auto closes = [](Kind k) { return k == Kind::kCloseBrace; };
    auto token = expect(closes, "expected close brace");
    if (has_open_brace_) {
      if (!token) {
        return failure("0:" + std::to_string(cursor_.column()) + ": " + token.error().message);
      }
      next();
    } else if (token) {
      next();
      return failure("0:" + std::to_string(cursor_.column()) + ": }: expected opening brace");
    }
    auto end = peek();
    if (!end) return failure(end.error().message + ": expected end of input");
    if (end->kind == Kind::kEnd) return {};
    return failure(at_columns(end->column_start, end->column_end) + std::string(end->text) +
                   ": expected end of input");
  }

  Cursor cursor_;
  base::Matchers matchers_;
  bool has_open_brace_ = false;
};

}  // namespace

bool is_reserved_in_matcher(uint32_t rune) {
  constexpr std::string_view kReserved = "{}!=~,\\\"'`";
  if (rune < 0x80 && kReserved.find(static_cast<char>(rune)) != std::string_view::npos) return true;
  return base::is_unicode_space(rune);
}

base::Result<base::Matchers> parse_utf8_matchers(std::string_view text) {
  return Parser(text).parse();
}

}  // namespace tocsin::notifiers
