#include "notifiers/webhook/message.h"

#include "notifiers/data.h"

namespace tocsin::notifiers {

namespace {

base::Error failed(std::string_view what, const base::Error& error) {
  return {base::Code::kInvalid, std::string(what) + ": " + error.message};
}

}  // namespace

std::string webhook_body(const Notification& notification, uint64_t truncated_alerts) {
  std::string body;
  base::JsonWriter json(body);
  json.begin_object();
  write_data_fields(json, notification);
  json.field("version", "4").field("groupKey", notification.group_key);
  json.key("truncatedAlerts").integer(static_cast<int64_t>(truncated_alerts));
  json.end_object();
  return body + '\n';
}

base::Result<WebhookMessage> WebhookMessage::compile(const WebhookConfig& config,
                                                     const tmpl::TemplateSet& templates) {
  WebhookMessage message(templates);
  TextCompiler compiler(templates);
  message.url_ = compiler({config.url.text.reveal(), config.url.where});
  message.url_file_ = config.url_file;
  message.max_alerts_ = config.max_alerts;
  if (config.payload) message.payload_ = DeepText::compile(*config.payload, compiler);
  RETURN_IF_ERROR(compiler.status());
  return message;
}

base::Result<std::string> WebhookMessage::render_url(Renderer& renderer) const {
  std::string url;
  if (!url_.empty()) {
    url = renderer(url_);
  } else {
    auto content = read_secret_file(url_file_);
    if (!content) return failed("read url_file", content.error());
    url = renderer.text(*content, templates_);
  }
  if (!renderer.status().ok()) {
    return failed("failed to template webhook URL", renderer.status().error());
  }
  if (url.empty()) {
    return base::Error{base::Code::kInvalid, "webhook URL is empty after templating"};
  }
  return url;
}

base::Result<WebhookMessage::Built> WebhookMessage::build(const Notification& notification) const {
  const size_t alerts = notification.alerts.size();
  const bool cut = max_alerts_ != 0 && alerts > max_alerts_;
  Notification shortened;
  if (cut) {
    // Before the common labels are computed, as upstream.
    shortened = notification;
    shortened.alerts.resize(max_alerts_);
  }
  const Notification& shown = cut ? shortened : notification;
  Renderer renderer(shown);
  Built built;
  if (payload_) {
    base::JsonWriter json(built.body);
    payload_->write(json, renderer);
    if (!renderer.status().ok()) {
      return failed("failed to render custom payload", renderer.status().error());
    }
    built.body += '\n';
  } else {
    built.body = webhook_body(shown, alerts - shown.alerts.size());
  }
  ASSIGN_OR_RETURN(built.url, render_url(renderer));
  return built;
}

}  // namespace tocsin::notifiers
