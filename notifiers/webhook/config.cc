#include "notifiers/webhook/config.h"

namespace tocsin::notifiers {

namespace {

/// An address that is no template must be a URL; a template is checked when it is compiled.
base::Status check_address(const SecretTemplate& url) {
  const std::string& text = url.text.reveal();
  const bool is_template = text.find("{{") != std::string::npos;
  if (text.empty() || is_template || text == "<secret>") return {};
  const base::Status status = check_secret_url(text);
  if (status.ok()) return {};
  return invalid_at(url.where, "invalid URL: " + status.error().message);
}

base::Status read_max_alerts(const config::YamlNode& node, uint64_t& out) {
  ASSIGN_OR_RETURN(const int64_t count, config::yaml_int(node));
  if (count < 0) return invalid_at(node.where, "max_alerts cannot be negative");
  out = static_cast<uint64_t>(count);
  return {};
}

}  // namespace

base::Result<WebhookConfig> parse_webhook_config(const config::YamlNode& node,
                                                 const GlobalConfig& global) {
  if (node.is_null()) return invalid_at(node.where, "missing webhook config");
  WebhookConfig webhook;
  webhook.where = node.where;
  webhook.http = global.http;
  Fields fields(node, "webhook_configs");
  read_flag(fields, "send_resolved", webhook.send_resolved);
  read_http(fields, webhook.http);
  read_secret_template(fields, "url", webhook.url);
  read_secret_file_name(fields, "url_file", webhook.url_file);
  fields.node("max_alerts",
              [&](const config::YamlNode& n) { return read_max_alerts(n, webhook.max_alerts); });
  read_go_duration(fields, "timeout", webhook.timeout);
  fields.node("payload", [&](const config::YamlNode& n) -> base::Status {
    if (!n.is_null()) webhook.payload = n;
    return {};
  });
  RETURN_IF_ERROR(fields.finish());
  RETURN_IF_ERROR(check_address(webhook.url));
  if (webhook.url.text.empty() && webhook.url_file.empty()) {
    return invalid_at(node.where, "one of url or url_file must be configured");
  }
  if (!webhook.url.text.empty() && !webhook.url_file.empty()) {
    return invalid_at(node.where, "at most one of url & url_file must be configured");
  }
  return webhook;
}

}  // namespace tocsin::notifiers
