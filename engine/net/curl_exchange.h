// HTTP over libcurl: TLS, proxies, bodies, redirects.
#pragma once

#include <memory>

#include "engine/net/client_setup.h"
#include "engine/net/operation.h"

namespace tocsin::net {

/// Carries out `job`, whatever it asks for.
std::shared_ptr<Operation> make_curl_exchange(EventLoop::Impl& loop, std::shared_ptr<HttpJob> job);

/// Goes on with `job` where `redirect`, the answer to its first request, leads.
void follow_by_curl(EventLoop::Impl& loop, std::shared_ptr<HttpJob> job, HttpResponse redirect);

}  // namespace tocsin::net
