// What Slack answered.
#pragma once

#include <string_view>

#include "notifiers/outcome.h"

namespace tocsin::notifiers {

/// Judges an answer. Slack says 200 to much that failed: a JSON body must have ok: true, any other
/// body must be exactly "ok". The message's place is handed on as receiver data when it is told.
/// `channel` goes into error texts. Pure.
Outcome slack_outcome(const net::HttpResponse& answer, std::string_view channel);

}  // namespace tocsin::notifiers
