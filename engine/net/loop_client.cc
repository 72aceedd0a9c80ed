#include "engine/net/loop_client.h"

#include <utility>

#include "engine/net/client_setup.h"
#include "engine/net/curl_exchange.h"
#include "engine/net/direct_exchange.h"
#include "engine/net/loop_core.h"

namespace tocsin::net {
namespace {

using base::Code;
using base::Error;
using base::Result;

/// Chooses for each request who carries it out.
class LoopClient final : public HttpClient {
 public:
  LoopClient(EventLoop::Impl& loop, std::shared_ptr<ClientSetup> setup)
      : loop_(loop), setup_(std::move(setup)) {}

  void send(HttpRequest request, HttpCallback done) override {
    const auto deadline = Operation::deadline_in(request.timeout);
    auto job =
        std::make_shared<HttpJob>(HttpJob{setup_, std::move(request), std::move(done), deadline});
    loop_.reactor.post([&loop = loop_, job = std::move(job)] { start(loop, job); });
  }

  void recycle(std::string body) override { loop_.workspace.buffers.give(std::move(body)); }

 private:
  static void start(EventLoop::Impl& loop, const std::shared_ptr<HttpJob>& job) {
    if (!may_be_plain_get(*job)) return make_curl_exchange(loop, job)->run();
    auto request = make_get_request(*job);
    if (!request) return job->done(std::move(request).error());
    if (!*request) return make_curl_exchange(loop, job)->run();
    make_direct_exchange(loop, job, **std::move(request))->run();
  }

  EventLoop::Impl& loop_;
  const std::shared_ptr<ClientSetup> setup_;
};

}  // namespace

Result<std::unique_ptr<HttpClient>> make_loop_client(EventLoop::Impl& loop,
                                                     HttpClientConfig config) {
  std::optional<Url> proxy;
  if (!config.proxy_url.empty()) {
    auto url = parse_url(config.proxy_url);
    if (!url) return Error{Code::kInvalid, "proxy_url: " + url.error().message};
    proxy = *std::move(url);
  }
  ASSIGN_OR_RETURN(TlsSetup tls, TlsSetup::make(config.tls));
  RETURN_IF_ERROR(tls.material());
  auto setup = std::make_shared<ClientSetup>(
      ClientSetup{std::move(config), std::move(tls), std::move(proxy)});
  return std::unique_ptr<HttpClient>(std::make_unique<LoopClient>(loop, std::move(setup)));
}

}  // namespace tocsin::net
