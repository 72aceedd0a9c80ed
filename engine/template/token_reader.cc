#include "engine/template/token_reader.h"

#include <algorithm>
#include <utility>

namespace tocsin::tmpl {

using base::Code;
using base::Error;
using base::Result;
using base::Status;

TokenReader::TokenReader(std::string_view name, std::shared_ptr<const std::string> source)
    : name_(name), source_(std::move(source)), tokens_(tokenize(*source_)) {}

const Token& TokenReader::next() {
  const Token& token = peek();
  if (next_ + 1 < tokens_.size()) ++next_;
  return token;
}

const Token& TokenReader::peek() {
  newest_ = std::max(newest_, next_);
  return tokens_[next_];
}

const Token& TokenReader::next_nonspace() {
  skip_spaces();
  return next();
}

const Token& TokenReader::peek_nonspace() {
  skip_spaces();
  return peek();
}

void TokenReader::skip_spaces() {
  while (peek().type == TokenType::kSpace) next();
}

Result<Token> TokenReader::expect(TokenType type, std::string_view context) {
  const Token& token = next_nonspace();
  if (token.type != type) return unexpected(token, context);
  return token;
}

Status TokenReader::enter() {
  if (++nesting_ <= kMaxTemplateNesting) return {};
  Error deep = error("nested more than " + std::to_string(kMaxTemplateNesting) + " levels deep");
  deep.code = Code::kLimit;
  return deep;
}

Error TokenReader::error(const std::string& message) const {
  const Token& token = tokens_[newest_];
  return {Code::kInvalid, "template: " + name_ + ":" + std::to_string(token.line) + ": " + message,
          base::Position{"", token.line, column(token)}};
}

Error TokenReader::unexpected(const Token& token, std::string_view context) const {
  if (token.type != TokenType::kError) {
    return error("unexpected " + describe(token) + " in " + std::string(context));
  }
  std::string extra;
  if (action_line_ != 0 && action_line_ != token.line) {
    extra = " started at " + name_ + ":" + std::to_string(action_line_);
    if (!token.value.ends_with(" action")) extra = " in action" + extra;
  }
  return error(token.value + extra);
}

uint32_t TokenReader::column(const Token& token) const {
  const size_t newline = std::string_view(*source_).substr(0, token.position).rfind('\n');
  const size_t line_start = newline == std::string_view::npos ? 0 : newline + 1;
  return static_cast<uint32_t>(token.position - line_start) + 1;
}

}  // namespace tocsin::tmpl
