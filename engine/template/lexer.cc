#include "engine/template/lexer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/labels.h"
#include "engine/base/utf8.h"
#include "engine/template/utf8.h"

namespace tocsin::tmpl {
namespace {

constexpr std::string_view kLeft = "{{";
constexpr std::string_view kRight = "}}";
constexpr std::string_view kSpaces = " \t\r\n";
constexpr size_t kTrimMarker = 2;  // "- " or " -"

constexpr std::array<std::pair<std::string_view, TokenType>, 11> kKeywords = {{
    {"block", TokenType::kBlock},
    {"break", TokenType::kBreak},
    {"continue", TokenType::kContinue},
    {"define", TokenType::kDefine},
    {"else", TokenType::kElse},
    {"end", TokenType::kEnd},
    {"if", TokenType::kIf},
    {"nil", TokenType::kNil},
    {"range", TokenType::kRange},
    {"template", TokenType::kTemplate},
    {"with", TokenType::kWith},
}};

bool is_space(char c) { return kSpaces.find(c) != std::string_view::npos; }
bool is_alphanumeric(char32_t code) {
  return code == '_' || is_letter(code) || is_unicode_digit(code);
}

// U+0021 '!', as Go's %#U.
std::string code_point(char32_t code) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string digits;
  for (char32_t rest = code; rest != 0 || digits.size() < 4; rest >>= 4) digits += kHex[rest & 15];
  std::reverse(digits.begin(), digits.end());
  std::string out = "U+" + digits;
  if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return out;
  out += " '";
  base::append_rune(out, code);
  return out + "'";
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  std::vector<Token> run() {
    while (!done_) {
      if (inside_) {
        lex_inside();
      } else {
        lex_text();
      }
    }
    return std::move(tokens_);
  }

 private:
  std::string_view rest() const { return text_.substr(position_); }
  bool at_end() const { return position_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[position_]; }

  void emit(TokenType type) {
    const std::string_view value = text_.substr(start_, position_ - start_);
    tokens_.push_back({type, static_cast<uint32_t>(start_), line_, std::string(value)});
    ignore();
    if (type == TokenType::kEof) done_ = true;
  }

  // Forgets what was read since the last token.
  void ignore() {
    const std::string_view skipped = text_.substr(start_, position_ - start_);
    line_ += static_cast<uint32_t>(std::count(skipped.begin(), skipped.end(), '\n'));
    start_ = position_;
  }

  void fail(std::string message) {
    tokens_.push_back(
        {TokenType::kError, static_cast<uint32_t>(start_), line_, std::move(message)});
    done_ = true;
  }

  bool accept(std::string_view any_of) {
    if (at_end() || any_of.find(peek()) == std::string_view::npos) return false;
    ++position_;
    return true;
  }

  void accept_run(std::string_view any_of) {
    while (accept(any_of)) continue;
  }

  void lex_text() {
    const size_t found = rest().find(kLeft);
    if (found == std::string_view::npos) {
      position_ = text_.size();
      if (position_ > start_) emit(TokenType::kText);
      emit(TokenType::kEof);
      return;
    }
    const size_t delimiter = position_ + found;
    position_ = delimiter;
    if (has_left_trim(text_.substr(delimiter + kLeft.size()))) {
      const size_t last = text_.substr(start_, found).find_last_not_of(kSpaces);
      position_ = last == std::string_view::npos ? start_ : start_ + last + 1;
    }
    if (position_ > start_) emit(TokenType::kText);
    position_ = delimiter;
    ignore();
    lex_left_delimiter();
  }

  static bool has_left_trim(std::string_view text) {
    return text.size() >= kTrimMarker && text[0] == '-' && is_space(text[1]);
  }
  static bool has_right_trim(std::string_view text) {
    return text.size() >= kTrimMarker && is_space(text[0]) && text[1] == '-';
  }

  void lex_left_delimiter() {
    position_ += kLeft.size();
    const size_t marker = has_left_trim(rest()) ? kTrimMarker : 0;
    if (rest().substr(marker).starts_with("/*")) {
      position_ += marker;
      ignore();
      lex_comment();
      return;
    }
    emit(TokenType::kLeftDelimiter);
    position_ += marker;
    ignore();
    inside_ = true;
    parens_ = 0;
  }

  void lex_comment() {
    const size_t end = rest().find("*/", 2);
    if (end == std::string_view::npos) return fail("unclosed comment");
    position_ += end + 2;
    if (!at_right_delimiter()) return fail("comment ends before closing delimiter");
    skip_right_delimiter();
    ignore();
  }

  bool at_right_trim() const {
    return has_right_trim(rest()) && rest().substr(kTrimMarker).starts_with(kRight);
  }
  bool at_right_delimiter() const { return rest().starts_with(kRight) || at_right_trim(); }

  void skip_right_delimiter() {
    const bool trim = at_right_trim();
    if (trim) position_ += kTrimMarker;
    position_ += kRight.size();
    if (trim) accept_run(kSpaces);
  }

  void lex_right_delimiter() {
    const bool trim = at_right_trim();
    if (trim) {
      position_ += kTrimMarker;
      ignore();
    }
    position_ += kRight.size();
    emit(TokenType::kRightDelimiter);
    if (trim) {
      accept_run(kSpaces);
      ignore();
    }
    inside_ = false;
  }

  void lex_inside() {
    if (at_right_delimiter()) {
      if (parens_ != 0) return fail("unclosed left paren");
      return lex_right_delimiter();
    }
    if (at_end()) return fail("unclosed action");
    const char c = peek();
    if (is_space(c)) return lex_space();
    if (c == '"' || c == '\'') return lex_quoted(c);
    if (c == '`') return lex_raw_quoted();
    if (c == '$') return lex_field(TokenType::kVariable);
    const bool digit_next = position_ + 1 < text_.size() &&
                            is_unicode_digit(static_cast<unsigned char>(text_[position_ + 1]));
    if (c == '.' && !digit_next && position_ + 1 < text_.size())
      return lex_field(TokenType::kField);
    if (c == '.' || c == '+' || c == '-' || (c >= '0' && c <= '9')) return lex_number();
    const base::Rune rune = base::decode_rune(text_, position_);
    if (is_alphanumeric(rune.code)) return lex_identifier();
    position_ += rune.bytes;
    lex_punctuation(rune.code);
  }

  void lex_punctuation(char32_t code) {
    if (code == '=') return emit(TokenType::kAssign);
    if (code == '|') return emit(TokenType::kPipe);
    if (code == ':') {
      if (!accept("=")) return fail("expected :=");
      return emit(TokenType::kDeclare);
    }
    if (code == '(') {
      ++parens_;
      return emit(TokenType::kLeftParen);
    }
    if (code == ')') {
      if (--parens_ < 0) return fail("unexpected right paren");
      return emit(TokenType::kRightParen);
    }
    if (code >= 0x20 && code < 0x7F) return emit(TokenType::kChar);
    fail("unrecognized character in action: " + code_point(code));
  }

  void lex_space() {
    size_t end = position_;
    while (end < text_.size() && is_space(text_[end])) ++end;
    // The space before "-}}" belongs to the delimiter.
    const std::string_view tail = text_.substr(end - 1);
    if (has_right_trim(tail) && tail.substr(kTrimMarker).starts_with(kRight)) --end;
    position_ = end;
    emit(TokenType::kSpace);
  }

  void lex_quoted(char quote) {
    const bool character = quote == '\'';
    for (++position_; !at_end() && peek() != '\n' && peek() != quote; ++position_) {
      if (peek() != '\\') continue;
      ++position_;
      if (at_end() || peek() == '\n') break;
    }
    if (at_end() || peek() != quote) {
      return fail(character ? "unterminated character constant" : "unterminated quoted string");
    }
    ++position_;
    emit(character ? TokenType::kCharConstant : TokenType::kString);
  }

  void lex_raw_quoted() {
    const size_t end = rest().find('`', 1);
    if (end == std::string_view::npos) return fail("unterminated raw quoted string");
    position_ += end + 1;
    emit(TokenType::kRawString);
  }

  void lex_number() {
    accept("+-");
    std::string_view digits = "0123456789_";
    char exponent = 'e';
    if (accept("0")) {
      if (accept("xX")) {
        digits = "0123456789abcdefABCDEF_";
        exponent = 'p';
      } else if (accept("oO")) {
        digits = "01234567_";
        exponent = '\0';
      } else if (accept("bB")) {
        digits = "01_";
        exponent = '\0';
      }
    }
    accept_run(digits);
    if (accept(".")) accept_run(digits);
    if ((exponent == 'e' && accept("eE")) || (exponent == 'p' && accept("pP"))) {
      accept("+-");
      accept_run("0123456789_");
    }
    accept("i");
    const base::Rune next = base::decode_rune(text_, position_);
    if (next.bytes != 0 && is_alphanumeric(next.code)) {
      position_ += next.bytes;
      return fail("bad number syntax: " + base::go_quote(text_.substr(start_, position_ - start_)));
    }
    emit(TokenType::kNumber);
  }

  bool at_terminator() const {
    if (at_end() || is_space(peek())) return true;
    return std::string_view(".,|:)(").find(peek()) != std::string_view::npos ||
           rest().starts_with(kRight);
  }

  // Takes letters and digits; false (and an error token) when something odd follows them.
  bool take_name() {
    while (!at_end()) {
      const base::Rune rune = base::decode_rune(text_, position_);
      if (!is_alphanumeric(rune.code)) break;
      position_ += rune.bytes;
    }
    if (at_terminator()) return true;
    fail("bad character " + code_point(base::decode_rune(text_, position_).code));
    return false;
  }

  void lex_field(TokenType type) {
    ++position_;
    if (at_terminator()) return emit(type == TokenType::kVariable ? type : TokenType::kDot);
    if (take_name()) emit(type);
  }

  void lex_identifier() {
    if (!take_name()) return;
    const std::string_view word = text_.substr(start_, position_ - start_);
    if (word == "true" || word == "false") return emit(TokenType::kBool);
    for (const auto& [keyword, type] : kKeywords) {
      if (word == keyword) return emit(type);
    }
    emit(TokenType::kIdentifier);
  }

  std::string_view text_;
  std::vector<Token> tokens_;
  size_t start_ = 0;
  size_t position_ = 0;
  uint32_t line_ = 1;
  int parens_ = 0;
  bool inside_ = false;
  bool done_ = false;
};

}  // namespace

std::vector<Token> tokenize(std::string_view text) { return Lexer(text).run(); }

std::string describe(const Token& token) {
  constexpr size_t kShownRunes = 10;
  if (token.type == TokenType::kEof) return "EOF";
  if (token.type == TokenType::kError) return token.value;
  if (token.type >= TokenType::kBlock) return "<" + token.value + ">";
  if (token.value.size() <= kShownRunes) return base::go_quote(token.value);
  size_t end = 0;
  for (size_t i = 0; i < kShownRunes && end < token.value.size(); ++i) {
    end += base::decode_rune(token.value, end).bytes;
  }
  return base::go_quote(std::string_view(token.value).substr(0, end)) + "...";
}

}  // namespace tocsin::tmpl
