// The matcher language of alertmanager.yml, of API filters and of command lines.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/matcher.h"

namespace tocsin::notifiers {

/// Which of the two grammars counts. kFallback tries both: where only one accepts, that one; where
/// they disagree, the classic one. Source: prometheus/alertmanager matcher/compat/parse.go.
enum class MatcherMode : uint8_t { kFallback, kUtf8Strict, kClassic };

/// Matchers as written, and what the operator should know about how they were read.
struct ParsedMatchers {
  base::Matchers matchers;
  std::string warning;  ///< Empty unless the two grammars differ on this input.
};

/// Zero or more matchers: `{a="b", c=~"d|e"}`, braces optional. Fails with upstream's texts, which
/// carry rune columns from 0 ("0:1: unexpected ,: expected label name").
base::Result<ParsedMatchers> parse_matchers(std::string_view text,
                                            MatcherMode mode = MatcherMode::kFallback);

/// Exactly one matcher without braces: `a="b"`.
base::Result<base::Matcher> parse_matcher(std::string_view text,
                                          MatcherMode mode = MatcherMode::kFallback);

/// A matcher as Alertmanager prints it: `name op "value"` without blanks, with \, newline and "
/// escaped; both sides Go-quoted when the name has a reserved character.
/// Source: prometheus/alertmanager pkg/labels/matcher.go String.
std::string matcher_text(const base::Matcher& matcher);

/// `{m1,m2}`. Source: prometheus/alertmanager pkg/labels/matcher.go Matchers.String.
std::string matchers_text(const base::Matchers& matchers);

/// By name, then value, then operator (=, !=, =~, !~), as upstream sorts the matchers of a route.
void sort_matchers(base::Matchers& matchers);

/// Whether `name` may name a label: any non-empty UTF-8, or [a-zA-Z_][a-zA-Z0-9_]* in kClassic.
bool is_label_name(std::string_view name, MatcherMode mode = MatcherMode::kFallback);

}  // namespace tocsin::notifiers
