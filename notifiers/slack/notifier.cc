#include "notifiers/slack/notifier.h"

#include "notifiers/http_post.h"
#include "notifiers/slack/answer.h"

namespace tocsin::notifiers {

namespace {

constexpr std::string_view kUpdateUrl = "https://slack.com/api/chat.update";

}  // namespace

SlackNotifier::SlackNotifier(SlackMessage message, const SlackConfig& config,
                             std::unique_ptr<net::HttpClient> client, base::Log log)
    : message_(std::move(message)),
      api_url_(config.api_url),
      api_url_file_(config.api_url_file),
      keeps_place_(config.update_message),
      timeout_(config.timeout),
      client_(std::move(client)),
      log_(std::move(log)) {}

base::Result<std::string> SlackNotifier::address(bool is_update) const {
  if (is_update) return std::string(kUpdateUrl);
  if (!api_url_.empty()) return api_url_.reveal();
  return read_secret_file(api_url_file_);
}

void SlackNotifier::notify(std::shared_ptr<const Notification> notification,
                           base::DurationMs timeout, OutcomeCallback done) {
  auto built = message_.build(*notification);
  if (!built) return done(Outcome::permanent(built.error().message));
  if (built->title_was_cut) {
    log_.warn("Truncated title", {{"group_key", notification->group_key}, {"max_runes", "1024"}});
  }
  auto url = address(built->is_update);
  if (!url) return done(Outcome::permanent(url.error().message));
  JsonPost post{.url = *std::move(url),
                .body = std::move(built->body),
                .timeout = timeout,
                .configured_timeout = timeout_,
                .kind = "slack"};
  auto judge = [channel = built->channel, keeps = keeps_place_](const net::HttpResponse& answer) {
    Outcome outcome = slack_outcome(answer, channel);
    if (!keeps) outcome.receiver_data.reset();
    return outcome;
  };
  post_json(*client_, std::move(post), std::move(judge), std::move(done));
}

}  // namespace tocsin::notifiers
