#include "engine/app/fetch.h"

#include <future>

#include "engine/net/event_loop.h"

namespace tocsin::app {

base::Result<net::HttpResponse> fetch(net::HttpRequest request) {
  const base::SystemClock clock;
  std::promise<base::Result<net::HttpResponse>> promise;
  auto answer = promise.get_future();
  net::EventLoop loop(clock, "fetch");
  ASSIGN_OR_RETURN(const auto client, loop.make_client({}));
  client->send(std::move(request), [&promise](base::Result<net::HttpResponse> response) {
    promise.set_value(std::move(response));
  });
  return answer.get();
}

}  // namespace tocsin::app
