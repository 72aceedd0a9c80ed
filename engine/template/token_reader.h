// The tokens of a template one by one, and the errors that point at them. Source: Go
// text/template/parse/parse.go.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/template/lexer.h"

namespace tocsin::tmpl {

/// Control structures and parentheses inside each other.
inline constexpr int kMaxTemplateNesting = 200;

/// Reads the tokens of one text, with as much look-ahead as Go's parser: error texts carry the line
/// of the newest token read. The last token (kEof or kError) is returned again and again.
class TokenReader {
 public:
  /// `name` is the template's, for error texts.
  TokenReader(std::string_view name, std::shared_ptr<const std::string> source);

  const Token& next();
  const Token& peek();
  const Token& next_nonspace();
  const Token& peek_nonspace();

  /// A place to return to.
  size_t mark() const { return next_; }
  void reset(size_t mark) { next_ = mark; }

  /// The next token that is no space, or unexpected() if it is of another type.
  base::Result<Token> expect(TokenType type, std::string_view context);

  /// Tells where the action begins that is being read; errors of the lexer mention it.
  void begin_action(uint32_t line) { action_line_ = line; }
  void end_action() { action_line_ = 0; }

  /// One level deeper; fails with kLimit beyond kMaxTemplateNesting. leave() goes back up.
  base::Status enter();
  void leave() { --nesting_; }

  /// "template: NAME:LINE: message", at the newest token read.
  base::Error error(const std::string& message) const;
  /// "unexpected <token> in context", or what the lexer has to say.
  base::Error unexpected(const Token& token, std::string_view context) const;

 private:
  void skip_spaces();
  uint32_t column(const Token& token) const;

  std::string name_;
  std::shared_ptr<const std::string> source_;
  std::vector<Token> tokens_;
  size_t next_ = 0;
  size_t newest_ = 0;
  uint32_t action_line_ = 0;  // 0: outside actions.
  int nesting_ = 0;
};

}  // namespace tocsin::tmpl
