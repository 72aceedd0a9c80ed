// Sends to PagerDuty.
#pragma once

#include "engine/base/log.h"
#include "notifiers/notifier.h"
#include "notifiers/pagerduty/message.h"

namespace tocsin::notifiers {

/// Judges PagerDuty's answer: a 400 says in JSON what is wrong with the event. Events API v1 says
/// 403 when too much is sent. Pure.
Outcome pagerduty_outcome(const net::HttpResponse& answer, bool is_v1);

class PagerdutyNotifier final : public Notifier {
 public:
  PagerdutyNotifier(PagerdutyMessage message, const PagerdutyConfig& config,
                    std::unique_ptr<net::HttpClient> client, base::Log log);
  void notify(std::shared_ptr<const Notification> notification, base::DurationMs timeout,
              OutcomeCallback done) override;

 private:
  PagerdutyMessage message_;
  std::string url_;
  bool is_v1_;
  base::DurationMs timeout_;
  std::unique_ptr<net::HttpClient> client_;
  base::Log log_;
};

}  // namespace tocsin::notifiers
