#include "notifiers/global_config.h"

#include <array>

namespace tocsin::notifiers {

namespace {

constexpr std::array<std::string_view, 20> kOtherReceivers{
    "opsgenie_api_url",         "opsgenie_api_key",      "opsgenie_api_key_file",
    "wechat_api_url",           "wechat_api_secret",     "wechat_api_secret_file",
    "wechat_api_corp_id",       "victorops_api_url",     "victorops_api_key",
    "victorops_api_key_file",   "telegram_api_url",      "telegram_bot_token",
    "telegram_bot_token_file",  "webex_api_url",         "rocketchat_api_url",
    "rocketchat_token",         "rocketchat_token_file", "rocketchat_token_id",
    "rocketchat_token_id_file", "jira_api_url"};
constexpr std::array<std::string_view, 2> kMattermost{"mattermost_webhook_url",
                                                      "mattermost_webhook_url_file"};
constexpr std::string_view kWhy = "this version has no such receiver";

void read_smtp(Fields& fields, GlobalConfig& out) {
  read_text(fields, "smtp_from", out.smtp_from);
  read_text(fields, "smtp_hello", out.smtp_hello);
  read_host_port(fields, "smtp_smarthost", out.smtp_smarthost);
  read_text(fields, "smtp_auth_username", out.smtp_auth_username);
  read_text(fields, "smtp_auth_identity", out.smtp_auth_identity);
  read_secret(fields, "smtp_auth_password", out.smtp_auth_password);
  read_secret_file_name(fields, "smtp_auth_password_file", out.smtp_auth_password_file);
  read_secret(fields, "smtp_auth_secret", out.smtp_auth_secret);
  read_secret_file_name(fields, "smtp_auth_secret_file", out.smtp_auth_secret_file);
  read_flag(fields, "smtp_require_tls", out.smtp_require_tls);
  read_tls(fields, "smtp_tls_config", out.smtp_tls);
  read_flag(fields, "smtp_force_implicit_tls", out.smtp_force_implicit_tls);
}

void read_slack(Fields& fields, GlobalConfig& out) {
  read_secret_url(fields, "slack_api_url", out.slack_api_url);
  read_secret_file_name(fields, "slack_api_url_file", out.slack_api_url_file);
  read_secret(fields, "slack_app_token", out.slack_app_token);
  read_secret_file_name(fields, "slack_app_token_file", out.slack_app_token_file);
  read_url(fields, "slack_app_url", out.slack_app_url);
}

base::Status at_most_one(bool a, bool b, std::string_view names, const base::Position& where) {
  if (!a || !b) return {};
  return invalid_at(where, "at most one of " + std::string(names) + " must be configured");
}

/// Keys that exclude each other, in upstream's order.
base::Status check_exclusive(const GlobalConfig& global, const base::Position& where) {
  const bool token = !global.slack_app_token.empty();
  const bool token_file = !global.slack_app_token_file.empty();
  const bool url = !global.slack_api_url.empty();
  const bool url_file = !global.slack_api_url_file.empty();
  RETURN_IF_ERROR(at_most_one(token, token_file, "slack_app_token & slack_app_token_file", where));
  RETURN_IF_ERROR(at_most_one(url, url_file, "slack_api_url & slack_api_url_file", where));
  // A webhook address equal to the API's address is an old way to use bot tokens.
  const bool old_way = url && global.slack_api_url.reveal() == global.slack_app_url;
  RETURN_IF_ERROR(at_most_one(
      token || token_file, (url || url_file) && !old_way,
      "slack_app_token/slack_app_token_file & slack_api_url/slack_api_url_file", where));
  RETURN_IF_ERROR(at_most_one(!global.smtp_auth_password.empty(),
                              !global.smtp_auth_password_file.empty(),
                              "smtp_auth_password & smtp_auth_password_file", where));
  return at_most_one(!global.smtp_auth_secret.empty(), !global.smtp_auth_secret_file.empty(),
                     "smtp_auth_secret & smtp_auth_secret_file", where);
}

}  // namespace

base::Result<GlobalConfig> parse_global_config(const config::YamlNode& node) {
  GlobalConfig global;
  Fields fields(node, "global");
  fields.duration("resolve_timeout", global.resolve_timeout);
  read_http(fields, global.http);
  read_smtp(fields, global);
  read_slack(fields, global);
  read_url(fields, "pagerduty_url", global.pagerduty_url);
  fields.unsupported(kOtherReceivers, kWhy);
  fields.unsupported(kMattermost, kWhy);
  RETURN_IF_ERROR(fields.finish());
  RETURN_IF_ERROR(check_exclusive(global, node.where));
  return global;
}

}  // namespace tocsin::notifiers
