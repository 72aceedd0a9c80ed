// Sends to a webhook.
#pragma once

#include "notifiers/notifier.h"
#include "notifiers/webhook/message.h"

namespace tocsin::notifiers {

class WebhookNotifier final : public Notifier {
 public:
  WebhookNotifier(WebhookMessage message, base::DurationMs timeout,
                  std::unique_ptr<net::HttpClient> client)
      : message_(std::move(message)), timeout_(timeout), client_(std::move(client)) {}
  void notify(std::shared_ptr<const Notification> notification, base::DurationMs timeout,
              OutcomeCallback done) override;

 private:
  WebhookMessage message_;
  base::DurationMs timeout_;
  std::unique_ptr<net::HttpClient> client_;
};

}  // namespace tocsin::notifiers
