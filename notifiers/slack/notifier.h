// Sends to Slack.
#pragma once

#include "engine/base/log.h"
#include "notifiers/notifier.h"
#include "notifiers/slack/message.h"

namespace tocsin::notifiers {

class SlackNotifier final : public Notifier {
 public:
  SlackNotifier(SlackMessage message, const SlackConfig& config,
                std::unique_ptr<net::HttpClient> client, base::Log log);
  void notify(std::shared_ptr<const Notification> notification, base::DurationMs timeout,
              OutcomeCallback done) override;

 private:
  base::Result<std::string> address(bool is_update) const;

  SlackMessage message_;
  config::Secret api_url_;
  SecretFile api_url_file_;
  bool keeps_place_;  ///< Remembers where its messages stand.
  base::DurationMs timeout_;
  std::unique_ptr<net::HttpClient> client_;
  base::Log log_;
};

}  // namespace tocsin::notifiers
