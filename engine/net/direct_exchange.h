// GET over plain TCP connections of our own.
#pragma once

#include <memory>

#include "engine/net/get_request.h"
#include "engine/net/operation.h"

namespace tocsin::net {

/// Carries out `job`, whose request `request` is; redirects are left to libcurl's exchange. Ends in
/// the same ways, with the same words, as that would.
std::shared_ptr<Operation> make_direct_exchange(EventLoop::Impl& loop, std::shared_ptr<HttpJob> job,
                                                GetRequest request);

}  // namespace tocsin::net
