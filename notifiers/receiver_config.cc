#include "notifiers/receiver_config.h"

#include <array>
#include <map>

#include "engine/base/labels.h"

namespace tocsin::notifiers {

namespace {

using config::YamlNode;

constexpr std::array<std::string_view, 14> kOtherKinds{
    "discord_configs",    "incidentio_configs", "opsgenie_configs",  "wechat_configs",
    "pushover_configs",   "victorops_configs",  "sns_configs",       "telegram_configs",
    "webex_configs",      "msteams_configs",    "msteamsv2_configs", "jira_configs",
    "rocketchat_configs", "mattermost_configs"};

/// Reads a list of integrations with its parser.
template <class Config, class Parse>
void read_list(Fields& fields, std::string_view key, Parse parse, std::vector<Config>& out) {
  fields.each(key, [&](const YamlNode& node) -> base::Status {
    ASSIGN_OR_RETURN(Config config, parse(node));
    out.push_back(std::move(config));
    return {};
  });
}

base::Status finish_labels(const YamlNode& node, ReceiverConfig& out) {
  std::map<std::string, std::string> labels(out.labels.begin(), out.labels.end());
  const auto [name, is_new] = labels.try_emplace("name", out.name);
  if (!is_new && name->second != out.name) {
    return invalid_at(node.where, "receiver label \"name\" must match receiver name " +
                                      base::go_quote(out.name) + ", got " +
                                      base::go_quote(name->second));
  }
  out.labels.assign(labels.begin(), labels.end());
  return {};
}

}  // namespace

base::Result<ReceiverConfig> parse_receiver_config(const YamlNode& node,
                                                   const GlobalConfig& global) {
  ReceiverConfig receiver;
  receiver.where = node.where;
  Fields fields(node, "receiver");
  read_text(fields, "name", receiver.name);
  fields.string_map("labels", receiver.labels);
  const auto with_global = [&](auto parse) {
    return [&global, parse](const YamlNode& n) { return parse(n, global); };
  };
  read_list(fields, "webhook_configs", with_global(parse_webhook_config), receiver.webhooks);
  read_list(fields, "email_configs", with_global(parse_email_config), receiver.emails);
  read_list(fields, "pagerduty_configs", with_global(parse_pagerduty_config), receiver.pagerduties);
  read_list(fields, "slack_configs", with_global(parse_slack_config), receiver.slacks);
  fields.unsupported(kOtherKinds, "this version sends to webhooks, Slack, PagerDuty and e-mail");
  RETURN_IF_ERROR(fields.finish());
  if (receiver.name.empty()) return invalid_at(node.where, "missing name in receiver");
  RETURN_IF_ERROR(finish_labels(node, receiver));
  return receiver;
}

}  // namespace tocsin::notifiers
