// Rewrite: matchers in their simplest form and in one order, so that selectors that mean the same
// share a selection.
//
//   before  {job=~"api", path=~".*", code!~"5..", job=~"api|db", zone=~".+"}
//   after   {code!~"5..", job="api", zone!=""}
#pragma once

#include "engine/base/matcher.h"

namespace tocsin::promql {

/// For selecting series only: labels of absent() and the printed query come from what was written.
base::Matchers simplest_matchers(const base::Matchers& matchers);

}  // namespace tocsin::promql
