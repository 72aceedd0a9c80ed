// One HTTP request, waited for: for commands.
#pragma once

#include "engine/net/http_client.h"

namespace tocsin::app {

/// Sends `request` and waits for its answer. Blocks at most the request's timeout.
base::Result<net::HttpResponse> fetch(net::HttpRequest request);

}  // namespace tocsin::app
