// The body of POST /api/v2/alerts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/alert.h"
#include "engine/base/status.h"

namespace tocsin::api {

/// Why a body is refused: the answer is HTTP `status` with {"code":code,"message":message}.
struct BodyRefusal {
  int status = 400;
  int code = 400;
  std::string message;
};

/// Alerts as sent: times that were left out (or are year 1, as Go clients write it) are 0; times
/// without a zone are UTC. Unknown keys are ignored, as upstream. What is no list of alerts is
/// refused with 400; a missing `labels` or a generatorURL that is none with 422.
base::Result<std::vector<base::Alert>, BodyRefusal> parse_posted_alerts(std::string_view body);

}  // namespace tocsin::api
