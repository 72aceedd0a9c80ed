// What the flags of `tocsin serve` mean for its parts.
#pragma once

#include "engine/api/features_api.h"
#include "engine/app/commands.h"
#include "engine/base/executor.h"
#include "engine/net/http_server.h"
#include "engine/scrape/intake.h"
#include "engine/tsdb/store.h"
#include "promql/eval/query.h"

namespace tocsin::app {

/// How many threads a pool for computing has.
size_t pool_threads();

/// `helpers`: who takes part in large evaluations, besides the thread that asks.
promql::EvalOptions eval_options(const ServeFlags& flags, base::Executor& helpers);
tsdb::Options store_options(const ServeFlags& flags);
net::ServerLimits server_limits(const ServeFlags& flags);
/// Whether types become labels of scraped series.
scrape::TypeLabels type_labels(const ServeFlags& flags);

/// What /api/v1/features says.
api::FeatureMap feature_map(const ServeFlags& flags);

}  // namespace tocsin::app
