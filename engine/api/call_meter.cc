#include "engine/api/call_meter.h"

#include <memory>
#include <utility>

namespace tocsin::api {

/// A body that counts its call when it goes.
class CallMeter::MeteredBody final : public net::BodySource {
 public:
  MeteredBody(const CallMeter& meter, std::string_view handler, const net::ServerResponse& response)
      : meter_(meter),
        handler_(handler),
        status_(response.status),
        bytes_(response.body.size()),
        body_(response.rest) {}
  ~MeteredBody() override { meter_.count(handler_, status_, bytes_); }
  MeteredBody(const MeteredBody&) = delete;
  MeteredBody& operator=(const MeteredBody&) = delete;

  bool append_to(std::string& out, size_t bytes) override {
    const size_t before = out.size();
    const bool has_more = body_->append_to(out, bytes);
    bytes_ += out.size() - before;
    return has_more;
  }
  uint64_t bytes_kept() const override { return body_->bytes_kept(); }

 private:
  const CallMeter meter_;
  const std::string handler_;
  const int status_;
  uint64_t bytes_;
  const std::shared_ptr<net::BodySource> body_;
};

void CallMeter::finish(std::string_view handler, net::ServerResponse& response) {
  if (response.rest != nullptr) {
    response.rest = std::make_shared<MeteredBody>(*this, handler, response);
  } else {
    count(std::string(handler), response.status, response.body.size());
  }
}

void CallMeter::count(const std::string& handler, int status, uint64_t bytes) const {
  metrics_
      ->counter("prometheus_http_requests_total", "Counter of HTTP requests.",
                {{"code", std::to_string(status)}, {"handler", handler}})
      .add();
  metrics_
      ->histogram("prometheus_http_request_duration_seconds",
                  "Histogram of latencies for HTTP requests.",
                  {0.1, 0.2, 0.4, 1, 3, 8, 20, 60, 120}, {{"handler", handler}})
      .observe(static_cast<double>(clock_->steady_ns() - start_ns_) / 1e9);
  metrics_
      ->histogram("prometheus_http_response_size_bytes",
                  "Histogram of response size for HTTP requests, before compression.",
                  {1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9}, {{"handler", handler}})
      .observe(static_cast<double>(bytes));
}

}  // namespace tocsin::api
