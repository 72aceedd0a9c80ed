// The HttpClient of an EventLoop.
#pragma once

#include <memory>

#include "engine/net/event_loop.h"

namespace tocsin::net {

/// See EventLoop::make_client.
base::Result<std::unique_ptr<HttpClient>> make_loop_client(EventLoop::Impl& loop,
                                                           HttpClientConfig config);

}  // namespace tocsin::net
