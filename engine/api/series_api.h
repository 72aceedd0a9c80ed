// /api/v1/series, labels, label/NAME/values.
#pragma once

#include "engine/api/router.h"
#include "engine/base/series_source.h"

namespace tocsin::api {

/// Mounts the three on `router`. `source` must outlive it.
void mount_series_api(Router& router, base::SeriesSource& source);

/// Undoes Prometheus's U__ escaping of names in paths ("U__a_2e_b" → "a.b"); other names stay.
std::string unescape_name(std::string_view name);

}  // namespace tocsin::api
