#include "notifiers/slack/config.h"

namespace tocsin::notifiers {

namespace {

using base::Status;
using config::YamlNode;

constexpr std::string_view kBotUrl = "https://slack.com/api/chat.postMessage";

/// The keys that say where to post, before inheritance.
struct Endpoint {
  config::Secret app_token;
  SecretFile app_token_file;
  std::string app_url;
  bool has_token() const { return !app_token.empty() || !app_token_file.empty(); }
};

Status read_confirm(const YamlNode& node, SlackAction& action) {
  if (node.is_null()) return {};
  SlackConfirmation& confirm = action.confirm.emplace();
  Fields fields(node, "Slack confirmation");
  read_template(fields, "text", confirm.text);
  read_template(fields, "title", confirm.title);
  read_template(fields, "ok_text", confirm.ok_text);
  read_template(fields, "dismiss_text", confirm.dismiss_text);
  RETURN_IF_ERROR(fields.finish());
  if (!confirm.text.text.empty()) return {};
  return invalid_at(node.where, "missing text in Slack confirmation configuration");
}

Status read_action(const YamlNode& node, SlackConfig& out) {
  SlackAction action;
  Fields fields(node, "Slack action");
  read_template(fields, "type", action.type);
  read_template(fields, "text", action.text);
  read_template(fields, "url", action.url);
  read_template(fields, "style", action.style);
  read_template(fields, "name", action.name);
  read_template(fields, "value", action.value);
  fields.node("confirm", [&](const YamlNode& n) { return read_confirm(n, action); });
  RETURN_IF_ERROR(fields.finish());
  const auto missing = [&](std::string_view what) {
    return invalid_at(node.where,
                      "missing " + std::string(what) + " in Slack action configuration");
  };
  if (action.type.text.empty()) return missing("type");
  if (action.text.text.empty()) return missing("text");
  if (!action.url.text.empty()) {
    // A link button has none of a message button's fields.
    action.name = action.value = {};
    action.confirm.reset();
  } else if (action.name.text.empty()) {
    return missing("name or url");
  }
  out.actions.push_back(std::move(action));
  return {};
}

Status read_field(const YamlNode& node, SlackConfig& out) {
  SlackField field;
  Fields fields(node, "Slack field");
  read_template(fields, "title", field.title);
  read_template(fields, "value", field.value);
  read_flag(fields, "short", field.is_short);
  RETURN_IF_ERROR(fields.finish());
  const auto missing = [&](std::string_view what) {
    return invalid_at(node.where, "missing " + std::string(what) + " in Slack field configuration");
  };
  if (field.title.text.empty()) return missing("title");
  if (field.value.text.empty()) return missing("value");
  out.fields.push_back(std::move(field));
  return {};
}

void read_texts(Fields& fields, SlackConfig& out) {
  read_template(fields, "channel", out.channel);
  read_template(fields, "username", out.username);
  read_template(fields, "color", out.color);
  read_template(fields, "title", out.title);
  read_template(fields, "title_link", out.title_link);
  read_template(fields, "pretext", out.pretext);
  read_template(fields, "text", out.text);
  read_template(fields, "fallback", out.fallback);
  read_template(fields, "callback_id", out.callback_id);
  read_template(fields, "footer", out.footer);
  read_template(fields, "icon_emoji", out.icon_emoji);
  read_template(fields, "icon_url", out.icon_url);
  read_template(fields, "message_text", out.message_text);
  read_template(fields, "image_url", out.image_url);
  read_template(fields, "thumb_url", out.thumb_url);
}

Status check_local(const SlackConfig& slack, const Endpoint& endpoint) {
  const bool url = !slack.api_url.empty();
  const bool url_file = !slack.api_url_file.empty();
  const auto fail = [&](std::string_view names) {
    return invalid_at(slack.where, "at most one of " + std::string(names) + " must be configured");
  };
  if (url && url_file) return fail("api_url & api_url_file");
  if (!endpoint.app_token.empty() && !endpoint.app_token_file.empty()) {
    return fail("app_token & app_token_file");
  }
  if ((url || url_file) && endpoint.has_token()) {
    return fail("api_url/api_url_file & app_token/app_token_file");
  }
  if (slack.update_message && slack.api_url.reveal() != kBotUrl) {
    return invalid_at(slack.where,
                      "update_message can only be used with bot tokens. api_url must be set to "
                      "https://slack.com/api/chat.postMessage");
  }
  return {};
}

/// What is not set here comes from global, then the app token becomes a bearer token.
/// DIFFERS: a local api_url_file keeps global's app token away, as api_url does; upstream forgets
/// it.
Status inherit(const GlobalConfig& global, bool has_local_authorization, Endpoint endpoint,
               SlackConfig& out) {
  if (endpoint.app_url.empty()) endpoint.app_url = global.slack_app_url;
  const bool has_url = !out.api_url.empty() || !out.api_url_file.empty();
  if (!endpoint.has_token() && !has_local_authorization && !has_url) {
    endpoint.app_token = global.slack_app_token;
    endpoint.app_token_file = global.slack_app_token_file;
  }
  if (!has_url) {
    out.api_url = global.slack_api_url;
    out.api_url_file = global.slack_api_url_file;
  }
  if (out.api_url.empty() && out.api_url_file.empty() && !endpoint.has_token()) {
    return invalid_at(out.where, "no Slack API URL nor App token set either inline or in a file");
  }
  if (!endpoint.has_token()) return {};
  if (out.http.authorization) {
    return invalid_at(out.where, "http authorization can't be set when using Slack App tokens");
  }
  out.http.authorization =
      net::HttpClientConfig::Authorization{.type = "Bearer",
                                           .credentials = endpoint.app_token,
                                           .credentials_file = endpoint.app_token_file.path};
  out.api_url = config::Secret(endpoint.app_url);
  return {};
}

}  // namespace

base::Result<SlackConfig> parse_slack_config(const YamlNode& node, const GlobalConfig& global) {
  SlackConfig slack;
  slack.where = node.where;
  slack.http = global.http;
  Endpoint endpoint;
  Fields fields(node, "slack_configs");
  read_flag(fields, "send_resolved", slack.send_resolved);
  const bool has_local_http = fields.has("http_config");
  read_http(fields, slack.http);
  read_secret_url(fields, "api_url", slack.api_url);
  read_secret_file_name(fields, "api_url_file", slack.api_url_file);
  read_secret(fields, "app_token", endpoint.app_token);
  read_secret_file_name(fields, "app_token_file", endpoint.app_token_file);
  read_url(fields, "app_url", endpoint.app_url);
  read_texts(fields, slack);
  fields.each("fields", [&](const YamlNode& n) { return read_field(n, slack); });
  fields.each("actions", [&](const YamlNode& n) { return read_action(n, slack); });
  fields.strings("mrkdwn_in", slack.mrkdwn_in);
  read_flag(fields, "short_fields", slack.short_fields);
  read_flag(fields, "link_names", slack.link_names);
  read_flag(fields, "update_message", slack.update_message);
  read_go_duration(fields, "timeout", slack.timeout);
  RETURN_IF_ERROR(fields.finish());
  RETURN_IF_ERROR(check_local(slack, endpoint));
  const bool has_local_authorization = has_local_http && slack.http.authorization.has_value();
  RETURN_IF_ERROR(inherit(global, has_local_authorization, std::move(endpoint), slack));
  return slack;
}

}  // namespace tocsin::notifiers
