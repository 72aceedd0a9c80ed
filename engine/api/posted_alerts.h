// The body of POST /api/v2/alerts.
#pragma once

#include <string_view>
#include <vector>

#include "engine/base/alert.h"
#include "engine/base/status.h"

namespace tocsin::api {

/// Alerts as sent: times that were left out (or are year 1, as Go clients write it) are 0. Fails
/// with the text for the client. Unknown keys are ignored, as upstream.
base::Result<std::vector<base::Alert>> parse_posted_alerts(std::string_view body);

}  // namespace tocsin::api
