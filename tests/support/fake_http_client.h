// An HttpClient that is answered by the test.
#pragma once

#include <deque>
#include <functional>
#include <utility>

#include "engine/net/http_client.h"

namespace tocsin::testing {

/// Keeps every request; answers at once through `answer`, or later by hand when there is none.
class FakeHttpClient final : public net::HttpClient {
 public:
  struct Pending {
    net::HttpRequest request;
    net::HttpCallback done;
  };
  std::function<base::Result<net::HttpResponse>(const net::HttpRequest&)> answer;
  std::deque<Pending> pending;
  std::vector<net::HttpRequest> requests;
  size_t recycled = 0;  ///< Bodies given back.

  void send(net::HttpRequest request, net::HttpCallback done) override {
    requests.push_back(request);
    if (answer) {
      done(answer(request));
    } else {
      pending.push_back({std::move(request), std::move(done)});
    }
  }
  void recycle(std::string /*body*/) override { ++recycled; }
};

/// 200 with a text body.
inline net::HttpResponse text_answer(std::string body) {
  net::HttpResponse out;
  out.status = 200;
  out.headers = {{"content-type", "text/plain; version=0.0.4"}};
  out.body = std::move(body);
  return out;
}

}  // namespace tocsin::testing
