#include "promql/plan/matchers.h"

#include <algorithm>
#include <optional>
#include <tuple>

#include "engine/base/regex_shape.h"

namespace tocsin::promql {
namespace {

using base::Matcher;
using base::MatchOp;

Matcher plain(MatchOp op, const std::string& name, std::string value) {
  return *Matcher::make(op, name, std::move(value));  // Without a regular expression: cannot fail.
}

/// nullopt: every label set matches.
std::optional<Matcher> simplest(const Matcher& matcher) {
  const bool negated = matcher.op() == MatchOp::kNotRegex;
  if (!negated && matcher.op() != MatchOp::kRegex) return matcher;
  const base::RegexShape shape = base::shape_of(matcher.value());
  if (shape.kind == base::RegexShape::Kind::kLiterals && shape.literals.size() == 1) {
    return plain(negated ? MatchOp::kNotEqual : MatchOp::kEqual, matcher.name(),
                 shape.literals.front());
  }
  if (shape.kind != base::RegexShape::Kind::kAnything) return matcher;
  if (shape.rest_min == 1) {
    return plain(negated ? MatchOp::kEqual : MatchOp::kNotEqual, matcher.name(), "");
  }
  return negated ? std::optional(matcher) : std::nullopt;
}

}  // namespace

bool fix_label(const base::Matchers& matchers, std::string_view name) {
  return std::ranges::any_of(
      matchers, [name](const Matcher& m) { return m.op() == MatchOp::kEqual && m.name() == name; });
}

bool fix_what_matches(const base::Matchers& matchers, const Matcher& matcher) {
  return std::ranges::any_of(matchers, [&matcher](const Matcher& m) {
    return m.op() == MatchOp::kEqual && m.name() == matcher.name() && matcher.matches(m.value());
  });
}

base::Matchers simplest_matchers(const base::Matchers& matchers) {
  base::Matchers out;
  for (const Matcher& matcher : matchers) {
    if (auto simple = simplest(matcher)) out.push_back(*std::move(simple));
  }
  const base::Matchers all = out;
  std::erase_if(out, [&all](const Matcher& m) {
    return m.op() != MatchOp::kEqual && fix_what_matches(all, m);
  });
  const auto key = [](const Matcher& m) { return std::tie(m.name(), m.value()); };
  std::sort(out.begin(), out.end(), [&key](const Matcher& a, const Matcher& b) {
    return std::tuple(key(a), a.op()) < std::tuple(key(b), b.op());
  });
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace tocsin::promql
