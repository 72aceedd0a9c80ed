// /api/v1/features: what a client can rely on.
#pragma once

#include <map>
#include <string>

#include "engine/api/router.h"
#include "promql/syntax/parser.h"

namespace tocsin::api {

/// Category → feature → whether it is on.
using FeatureMap = std::map<std::string, std::map<std::string, bool>>;

/// The categories promql, promql_functions and promql_operators, under Prometheus's names.
/// Source: prometheus promql/parser/features.go, promql/engine.go.
FeatureMap promql_features(const promql::Features& features);

void mount_features_api(Router& router, FeatureMap features);

}  // namespace tocsin::api
