#include "rules/scalar_position.h"

#include <algorithm>

namespace tocsin::rules {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

size_t offset_of_line(std::string_view source, uint32_t line) {
  size_t at = 0;
  for (uint32_t i = 1; i < line; ++i) {
    const size_t end = source.find('\n', at);
    if (end == std::string_view::npos) return source.size();
    at = end + 1;
  }
  return at;
}

/// Bytes that a double-quoted escape takes in the source, given the letter after the backslash.
size_t escape_length(char letter) {
  switch (letter) {
    case 'x':
      return 4;
    case 'u':
      return 6;
    case 'U':
      return 10;
    default:
      return 2;
  }
}

bool escapes_white_space(char letter) {
  return is_space(letter) || letter == 'n' || letter == 't' || letter == 'r';
}

/// Walks the source of one scalar, a character of content at a time.
class ScalarSource {
 public:
  ScalarSource(const config::YamlNode& node, std::string_view source) : source_(source) {
    at_ = std::min(offset_of_line(source, node.where.line) + node.where.column - 1, source.size());
    const char first = peek();
    if (node.block) {
      at_ = std::min(source.find('\n', at_), source.size());
    } else if (first == '"' || first == '\'') {
      quote_ = first;
      ++at_;
    }
  }

  /// Moves to the next character of content that is not white space.
  void skip_space() {
    while (at_ < source_.size()) {
      if (is_space(source_[at_])) {
        ++at_;
      } else if (quote_ == '"' && peek() == '\\' && escapes_white_space(peek(1))) {
        at_ += 2;
      } else {
        return;
      }
    }
  }

  /// Steps over one character whose text is `expected`; false when the source has another one.
  bool step(char expected) {
    if (quote_ == '"' && peek() == '\\') {
      const char letter = peek(1);
      if ((letter == '"' || letter == '\\' || letter == '/') && letter != expected) return false;
      at_ = std::min(at_ + escape_length(letter), source_.size());
      return true;
    }
    if (peek() != expected) return false;
    at_ += quote_ == '\'' && expected == '\'' ? 2 : 1;
    return true;
  }

  size_t at() const { return at_; }

 private:
  char peek(size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }

  std::string_view source_;
  size_t at_ = 0;
  char quote_ = '\0';
};

base::Position position_at(std::string_view source, size_t at, const std::string& file) {
  const std::string_view before = source.substr(0, at);
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0.
  return {file, static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n') + 1),
          static_cast<uint32_t>(at - line_start + 1)};
}

}  // namespace

base::Position position_in_scalar(const config::YamlNode& node, std::string_view source,
                                  uint32_t offset) {
  if (node.where.line == 0 || node.where.column == 0) return node.where;
  const std::string_view text = node.scalar;
  ScalarSource walk(node, source);
  size_t after_last = walk.at();
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_space(text[i])) continue;
    walk.skip_space();
    if (i >= offset) return position_at(source, walk.at(), node.where.file);
    if (!walk.step(text[i])) return node.where;
    after_last = walk.at();
  }
  return position_at(source, after_last, node.where.file);
}

}  // namespace tocsin::rules
