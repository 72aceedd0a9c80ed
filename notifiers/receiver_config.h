// One entry of `receivers` in alertmanager.yml.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "notifiers/email/config.h"
#include "notifiers/pagerduty/config.h"
#include "notifiers/slack/config.h"
#include "notifiers/webhook/config.h"

namespace tocsin::notifiers {

/// Source: prometheus/alertmanager config/config.go Receiver.
struct ReceiverConfig {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;  ///< Sorted; with "name".
  std::vector<WebhookConfig> webhooks;
  std::vector<EmailConfig> emails;
  std::vector<PagerdutyConfig> pagerduties;
  std::vector<SlackConfig> slacks;
  base::Position where;
};

/// Kinds of receivers that this version lacks are refused by name.
base::Result<ReceiverConfig> parse_receiver_config(const config::YamlNode& node,
                                                   const GlobalConfig& global);

}  // namespace tocsin::notifiers
