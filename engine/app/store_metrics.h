// The store's numbers under upstream's names.
#pragma once

#include "engine/base/metrics.h"
#include "engine/tsdb/store.h"

namespace tocsin::app {

/// Registers prometheus_tsdb_head_* and tocsin_tsdb_*. `store` outlives the registry's use.
void register_store_metrics(base::MetricRegistry& metrics, const tsdb::Store& store);

}  // namespace tocsin::app
