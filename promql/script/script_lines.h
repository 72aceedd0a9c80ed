// The lines of a script.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/status.h"

namespace tocsin::promql {

/// Trimmed lines of a text; a comment is an empty line. Lifetime: that of the text.
class ScriptLines {
 public:
  explicit ScriptLines(std::string_view text);

  bool at_end() const { return next_ == lines_.size(); }
  /// The next line; the number() is its own then.
  std::string_view take() { return lines_[next_++]; }
  /// Whether the block goes on: there is a next line and it is not empty.
  bool block_goes_on() const { return !at_end() && !lines_[next_].empty(); }
  /// Of the line taken last, from 1.
  uint32_t number() const { return static_cast<uint32_t>(next_); }
  /// `error` at the line taken last.
  base::Error at_line(base::Error error) const { return at_line(std::move(error), number()); }
  /// `error` at another line.
  static base::Error at_line(base::Error error, uint32_t line);

 private:
  std::vector<std::string_view> lines_;
  size_t next_ = 0;
};

}  // namespace tocsin::promql
