#include "notifiers/webhook/notifier.h"

#include "notifiers/http_post.h"

namespace tocsin::notifiers {

void WebhookNotifier::notify(std::shared_ptr<const Notification> notification,
                             base::DurationMs timeout, OutcomeCallback done) {
  auto built = message_.build(*notification);
  if (!built) return done(Outcome::permanent(built.error().message));
  JsonPost post{.url = std::move(built->url),
                .body = std::move(built->body),
                .timeout = timeout,
                .configured_timeout = timeout_,
                .kind = "webhook"};
  post_json(
      *client_, std::move(post),
      [](const net::HttpResponse& answer) { return outcome_of_answer(answer, answer.body); },
      std::move(done));
}

}  // namespace tocsin::notifiers
