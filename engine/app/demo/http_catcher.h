// Look-alikes of a webhook, Slack and PagerDuty: they take what the real services take, answer as
// they answer, and refuse what they would refuse.
#pragma once

#include "engine/app/demo/inbox.h"
#include "engine/net/http_server.h"

namespace tocsin::app::demo {

/// Serves POST /webhook, /slack and /pagerduty/v2/enqueue; what arrives goes to `inbox`, which must
/// outlive the handler. A body that is not the service's JSON gets a 400 and is not delivered.
net::ServerHandler make_http_catcher(Inbox& inbox);

}  // namespace tocsin::app::demo
