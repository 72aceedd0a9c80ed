// slack_configs[].
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "notifiers/global_config.h"

namespace tocsin::notifiers {

struct SlackConfirmation {
  TemplateText text, title, ok_text, dismiss_text;
};

struct SlackAction {
  TemplateText type, text, url, style, name, value;
  std::optional<SlackConfirmation> confirm;
};

struct SlackField {
  TemplateText title, value;
  std::optional<bool> is_short;  ///< Unset: short_fields decides.
};

/// Source: prometheus/alertmanager config/notifiers.go SlackConfig.
struct SlackConfig {
  bool send_resolved = false;
  net::HttpClientConfig http;  ///< With the app token as bearer, when there is one.
  config::Secret api_url;      ///< Where to post; empty: api_url_file says.
  SecretFile api_url_file;

  TemplateText channel;
  TemplateText username{R"({{ template "slack.default.username" . }})"};
  TemplateText color{R"({{ template "slack.default.color" . }})"};
  TemplateText title{R"({{ template "slack.default.title" . }})"};
  TemplateText title_link{R"({{ template "slack.default.titlelink" . }})"};
  TemplateText pretext{R"({{ template "slack.default.pretext" . }})"};
  TemplateText text{R"({{ template "slack.default.text" . }})"};
  TemplateText fallback{R"({{ template "slack.default.fallback" . }})"};
  TemplateText callback_id{R"({{ template "slack.default.callbackid" . }})"};
  TemplateText footer{R"({{ template "slack.default.footer" . }})"};
  TemplateText icon_emoji{R"({{ template "slack.default.iconemoji" . }})"};
  TemplateText icon_url{R"({{ template "slack.default.iconurl" . }})"};
  TemplateText message_text, image_url, thumb_url;

  std::vector<SlackField> fields;
  std::vector<SlackAction> actions;
  std::vector<std::string> mrkdwn_in;
  bool short_fields = false;
  bool link_names = false;
  bool update_message = false;   ///< Edit the group's first message instead of posting again.
  base::DurationMs timeout = 0;  ///< Of one attempt; 0: the engine's own bound.
  base::Position where;
};

base::Result<SlackConfig> parse_slack_config(const config::YamlNode& node,
                                             const GlobalConfig& global);

}  // namespace tocsin::notifiers
