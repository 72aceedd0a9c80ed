// --enable-feature.
#pragma once

#include <string_view>

#include "engine/base/status.h"
#include "promql/syntax/parser.h"

namespace tocsin::app {

/// Names between commas, as upstream's; docs/compatibility.md lists what becomes of each. Those of
/// features that are missing here are refused with the reason, and so are names nobody knows:
/// upstream only warns about them, so that a typing error goes unnoticed.
/// Source: prometheus:cmd/prometheus/main.go setFeatureListOptions.
base::Result<promql::Features> parse_features(std::string_view text);

}  // namespace tocsin::app
