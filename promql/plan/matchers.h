// Rewrite: matchers in their simplest form and in one order, so that selectors that mean the same
// share a selection.
//
//   before  {job=~"api", path=~".*", code!~"5..", job=~"api|db", zone=~".+"}
//   after   {code!~"5..", job="api", zone!=""}
#pragma once

#include <string_view>

#include "engine/base/matcher.h"

namespace tocsin::promql {

/// For selecting series only: labels of absent() and the printed query come from what was written.
base::Matchers simplest_matchers(const base::Matchers& matchers);

/// Whether one of `matchers` demands one value of the label.
bool fix_label(const base::Matchers& matchers, std::string_view name);
/// The same, of a value that `matcher` matches.
bool fix_what_matches(const base::Matchers& matchers, const base::Matcher& matcher);

}  // namespace tocsin::promql
