// /api/v1/status/tsdb and status/tsdb/blocks: what fills the store.
#pragma once

#include "engine/api/router.h"
#include "engine/tsdb/store.h"

namespace tocsin::api {

/// `store` must outlive the router. Counting walks over all series.
void mount_tsdb_api(Router& router, tsdb::Store& store);

}  // namespace tocsin::api
