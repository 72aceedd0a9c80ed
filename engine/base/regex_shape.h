// What a regular expression boils down to, where that is simple: most matchers in rules are
// literals or alternations of literals, and those need no automaton.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::base {

struct RegexShape {
  enum class Kind : uint8_t {
    kGeneral,   ///< Needs RE2.
    kLiterals,  ///< One of `literals`, whole.
    kPrefix,    ///< literals[0] then anything ("a.*"), or at least `rest_min` bytes ("a.+").
    kSuffix,    ///< Anything, then literals[0].
    kContains,  ///< Anything around literals[0].
    kAnything,  ///< ".*" or ".+" alone.
  };
  Kind kind = Kind::kGeneral;
  std::vector<std::string> literals;
  size_t rest_min = 0;  ///< 1 for ".+".
};

/// The shape of `expression`, anchored at both ends with '.' matching newline. Never claims a
/// simple kind for an expression that RE2 would read otherwise. Pure.
RegexShape shape_of(std::string_view expression);

/// Whether `text` has the shape. Requires kind != kGeneral.
bool matches_shape(const RegexShape& shape, std::string_view text);

}  // namespace tocsin::base
