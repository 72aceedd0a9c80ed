// PromQL text → tokens, one at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "promql/syntax/token.h"

namespace tocsin::promql {

/// Cuts a query into tokens; comments are left out. What a character means depends on the brackets
/// around it, as upstream's scanner has it, so its quirks are the same.
/// Lifetime: the text outlives the lexer and its tokens. Source: prometheus promql/parser/lex.go.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  /// The next token. After kError or kEnd nothing more may be asked.
  Token next();

  /// What was wrong, after kError.
  const std::string& error() const { return error_; }
  /// Where: from the token's start to the end of the text.
  base::PosRange error_range() const { return {error_start_, static_cast<uint32_t>(text_.size())}; }

 private:
  Token scan();
  Token scan_statement();
  Token scan_operator(char c);
  Token scan_bracketed_word(char c);
  Token scan_duration_expression();
  Token scan_inside_braces();
  Token scan_comment();
  Token scan_parenthesis(char c);
  Token scan_open_bracket();
  Token scan_close_bracket();
  Token scan_string(char quote);
  Token scan_raw_string();
  bool scan_escape(char quote);
  Token scan_number_or_duration();
  Token scan_word();
  bool scan_duration_word(Token& token);
  bool scan_number();
  bool scan_number_tail(bool hex);
  bool scan_duration_tail();

  int peek(uint32_t ahead = 0) const {
    const size_t at = size_t{pos_} + ahead;
    return at < text_.size() ? static_cast<unsigned char>(text_[at]) : -1;
  }
  bool accept(std::string_view any_of);
  void skip_spaces();
  bool next_is_left_paren() const;
  Token emit(TokenKind kind);
  Token fail(std::string message);
  Token fail_at_character(std::string_view before, std::string_view after = "");

  std::string_view text_;
  uint32_t pos_ = 0;
  uint32_t start_ = 0;
  std::string error_;
  uint32_t error_start_ = 0;
  int paren_depth_ = 0;
  bool brace_open_ = false;
  bool bracket_open_ = false;
  bool in_duration_expression_ = false;  ///< After '[', until its first number.
  bool got_colon_ = false;
  bool got_duration_ = false;
};

}  // namespace tocsin::promql
