// A dispatcher on virtual time, whose receivers are played by the test.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "notifiers/dispatcher.h"
#include "tests/support/fake_time.h"

namespace tocsin::notifiers {

using base::kHour;
using base::kMinute;
using base::kSecond;

/// "5m30s" since `start`.
inline std::string since(base::TimestampMs start, base::TimestampMs now) {
  return base::format_duration(now - start);
}

/// The network: answers by host name. A host that is not set answers 200; one that hangs lets every
/// request run into its time-out; one that is held answers when release() is called.
class FakeNetwork {
 public:
  FakeNetwork(testing::FakeClock& clock, testing::FakeLoop& loop) : clock_(clock), loop_(loop) {}

  std::map<std::string, std::vector<std::string>> sent;          ///< Delivered: "30s: body".
  std::map<std::string, std::vector<std::string>> attempts;      ///< "30s".
  std::map<std::string, std::vector<net::HttpResponse>> script;  ///< Answers to come, in order.
  std::map<std::string, bool> hangs, held;

  std::unique_ptr<net::HttpClient> client() { return std::make_unique<Client>(*this); }
  void release() {
    for (auto& done : std::exchange(waiting_, {})) done();
  }
  static net::HttpResponse answer(int status, net::HeaderList headers = {}) {
    net::HttpResponse out;
    out.status = status;
    out.headers = std::move(headers);
    return out;
  }

 private:
  class Client final : public net::HttpClient {
   public:
    explicit Client(FakeNetwork& network) : network_(network) {}
    void send(net::HttpRequest request, net::HttpCallback done) override {
      network_.take(std::move(request), std::move(done));
    }

   private:
    FakeNetwork& network_;
  };

  void take(net::HttpRequest request, net::HttpCallback done) {
    const std::string host = request.url.substr(7);
    attempts[host].push_back(since(start_, clock_.now()));
    if (hangs[host]) {
      loop_.call_at(clock_.now() + request.timeout, [done = std::move(done)] {
        done(base::Error{base::Code::kTimeout, "no answer in time"});
      });
      return;
    }
    auto finish = [this, host, body = request.body, done = std::move(done)] {
      net::HttpResponse out = answer(200);
      if (auto& planned = script[host]; !planned.empty()) {
        out = planned.front();
        planned.erase(planned.begin());
      }
      if (out.status == 200) sent[host].push_back(since(start_, clock_.now()) + ": " + body);
      done(std::move(out));
    };
    if (held[host]) {
      waiting_.push_back(std::move(finish));
    } else {
      finish();
    }
  }

  testing::FakeClock& clock_;
  testing::FakeLoop& loop_;
  base::TimestampMs start_ = clock_.now();
  std::vector<std::function<void()>> waiting_;
};

/// Starts at "0s"; everything runs inside run_to().
struct FakeEngine {
  FakeEngine() {
    world.make_client = [this](const net::HttpClientConfig&) {
      return base::Result<std::unique_ptr<net::HttpClient>>(network.client());
    };
    world.send_mail = [this](net::SmtpMessage mail, const net::SmtpCallback& done) {
      mails.push_back(std::move(mail));
      done(mail_outcome);
    };
  }

  void load(const std::string& text) {
    auto config = load_config(text, "t.yml");
    ASSERT_TRUE(config.ok()) << config.error().to_string();
    auto setup = build_setup(*std::move(config), world);
    ASSERT_TRUE(setup.ok()) << setup.error().to_string();
    dispatcher.apply(*std::move(setup));
    loop.run_ready();
  }
  void run_to(base::DurationMs after_start) { loop.run_until(start + after_start); }

  /// An alert {alertname="x", a=name} that fires for a day from now on.
  void fire(std::string_view name) {
    send(name, clock.now() - (clock.now() - start) % kMinute, clock.now() + 24 * kHour);
  }
  void resolve(std::string_view name) { send(name, start, clock.now()); }
  void send(std::string_view name, base::TimestampMs starts_at, base::TimestampMs ends_at) {
    base::Alert alert;
    alert.labels = base::Labels::of({{"alertname", "x"}, {"a", name}});
    alert.starts_at = starts_at;
    alert.ends_at = ends_at;
    dispatcher.on_alerts({alert});
    loop.run_ready();
  }

  testing::FakeClock clock;
  testing::FakeLoop loop{clock};
  base::TimestampMs start = clock.now();
  FakeNetwork network{clock, loop};
  base::MetricRegistry metrics;
  std::vector<net::SmtpMessage> mails;
  net::SmtpOutcome mail_outcome;
  ReceiverWorld world{.loop = loop,
                      .clock = clock,
                      .log = base::Log::none(),
                      .metrics = metrics,
                      .make_client = {},
                      .send_mail = {},
                      .retry = {.jitter = 0}};
  Dispatcher dispatcher{{.loop = loop,
                         .clock = clock,
                         .log = base::Log::none(),
                         .metrics = metrics,
                         .external_url = "http://engine"}};
};

}  // namespace tocsin::notifiers
