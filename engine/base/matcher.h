// Label matchers of selectors, routes, silences and filters.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/labels.h"
#include "engine/base/status.h"

namespace tocsin::base {

/// A regular expression that must match the whole text; '.' matches newline. RE2 syntax, linear
/// time. Literals, alternations of literals, prefixes and suffixes never reach RE2. Thread-safe.
class Regex {
 public:
  /// Fails with RE2's message and the expression.
  static Result<Regex> compile(std::string_view expression);
  bool matches(std::string_view text) const;
  const std::string& expression() const;
  /// When the expression is a finite set of literals, these, else empty. Lets an index look them
  /// up.
  const std::vector<std::string>& literals() const;
  /// Replaces the first capture references of `replacement` ($1, ${name}, $$) as Go's
  /// Regexp.Expand does. `text` must match; returns false otherwise.
  bool expand(std::string_view text, std::string_view replacement, std::string& out) const;

 private:
  struct Program;
  std::shared_ptr<const Program> program_;
};

enum class MatchOp : uint8_t { kEqual, kNotEqual, kRegex, kNotRegex };

/// "=", "!=", "=~", "!~".
std::string_view to_string(MatchOp op);

/// One matcher. A missing label counts as the empty string. Value type, cheap to copy. Thread-safe.
class Matcher {
 public:
  /// Fails when a regular expression does not compile.
  static Result<Matcher> make(MatchOp op, std::string name, std::string value);
  static Matcher equal(std::string name, std::string value);

  MatchOp op() const { return op_; }
  const std::string& name() const { return name_; }
  const std::string& value() const { return value_; }
  const Regex* regex() const { return regex_ ? regex_.get() : nullptr; }

  bool matches(std::string_view value) const;
  bool matches(const Labels& labels) const { return matches(labels.get(name_)); }
  bool matches_empty() const { return matches(std::string_view{}); }

  /// name="value" with Go quoting; names that need it are quoted, too.
  std::string to_string() const;
  bool operator==(const Matcher& other) const {
    return op_ == other.op_ && name_ == other.name_ && value_ == other.value_;
  }

 private:
  MatchOp op_ = MatchOp::kEqual;
  std::string name_;
  std::string value_;
  std::shared_ptr<const Regex> regex_;
};

using Matchers = std::vector<Matcher>;

/// True when every matcher matches.
bool matches_all(const Matchers& matchers, const Labels& labels);

}  // namespace tocsin::base
