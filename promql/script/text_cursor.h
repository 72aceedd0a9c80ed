// A position in a line of a script.
#pragma once

#include <string_view>

namespace tocsin::promql {

/// Takes words and characters off the front of a text. Lifetime: the text outlives it.
class TextCursor {
 public:
  explicit TextCursor(std::string_view text) : text_(text) {}

  bool at_end() const { return text_.empty(); }
  char peek() const { return text_.empty() ? '\0' : text_.front(); }
  std::string_view rest() const { return text_; }
  bool starts_with(std::string_view prefix) const { return text_.starts_with(prefix); }

  bool accept(std::string_view prefix) {
    if (!text_.starts_with(prefix)) return false;
    text_.remove_prefix(prefix.size());
    return true;
  }
  void skip_spaces() {
    while (!text_.empty() && is_blank(text_.front())) text_.remove_prefix(1);
  }
  /// Up to the next blank, and the blanks after it.
  std::string_view take_word() {
    size_t size = 0;
    while (size < text_.size() && !is_blank(text_[size])) ++size;
    const std::string_view word = take(size);
    skip_spaces();
    return word;
  }
  std::string_view take(size_t size) {
    const std::string_view front = text_.substr(0, size);
    text_.remove_prefix(front.size());
    return front;
  }
  template <class Predicate>
  std::string_view take_while(Predicate predicate) {
    size_t size = 0;
    while (size < text_.size() && predicate(text_[size])) ++size;
    return take(size);
  }

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t'; }
  std::string_view text_;
};

}  // namespace tocsin::promql
