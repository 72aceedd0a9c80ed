#include "notifiers/pagerduty/notifier.h"

#include <nlohmann/json.hpp>

#include "notifiers/http_post.h"

namespace tocsin::notifiers {

namespace {

/// Events API v1 has one address; pagerduty_url is that of v2.
constexpr std::string_view kV1Url =
    "https://events.pagerduty.com/generic/2010-04-15/create_event.json";

/// "message: error,error" of a 400; empty when the body says nothing of the kind.
std::string error_detail(const net::HttpResponse& answer) {
  if (answer.status != 400) return {};
  const auto parsed = nlohmann::json::parse(answer.body, nullptr, false);
  if (!parsed.is_object()) return {};
  std::string detail;
  if (const auto message = parsed.find("message");
      message != parsed.end() && message->is_string()) {
    detail = message->get<std::string>();
  }
  detail += ": ";
  const auto errors = parsed.find("errors");
  if (errors == parsed.end() || !errors->is_array()) return detail;
  std::string separator;
  for (const auto& error : *errors) {
    if (!error.is_string()) continue;
    detail += separator + error.get<std::string>();
    separator = ",";
  }
  return detail;
}

}  // namespace

Outcome pagerduty_outcome(const net::HttpResponse& answer, bool is_v1) {
  Outcome outcome = outcome_of_answer(answer, error_detail(answer));
  if (is_v1 && answer.status == 403) outcome.kind = Outcome::Kind::kRetry;
  return outcome;
}

PagerdutyNotifier::PagerdutyNotifier(PagerdutyMessage message, const PagerdutyConfig& config,
                                     std::unique_ptr<net::HttpClient> client, base::Log log)
    : message_(std::move(message)),
      url_(config.uses_v1() ? std::string(kV1Url) : config.url),
      is_v1_(config.uses_v1()),
      timeout_(config.timeout),
      client_(std::move(client)),
      log_(std::move(log)) {}

void PagerdutyNotifier::notify(std::shared_ptr<const Notification> notification,
                               base::DurationMs timeout, OutcomeCallback done) {
  auto built = message_.build(*notification);
  if (!built) return done(Outcome::permanent(built.error().message));
  for (const std::string& warning : built->warnings) {
    log_.warn(warning, {{"group_key", notification->group_key}});
  }
  JsonPost post{.url = url_,
                .body = std::move(built->body),
                .timeout = timeout,
                .configured_timeout = timeout_,
                .kind = "pagerduty"};
  post_json(
      *client_, std::move(post),
      [is_v1 = is_v1_](const net::HttpResponse& answer) {
        return pagerduty_outcome(answer, is_v1);
      },
      std::move(done));
}

}  // namespace tocsin::notifiers
