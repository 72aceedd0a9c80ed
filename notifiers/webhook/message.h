// What a webhook receives.
#pragma once

#include <optional>
#include <string>

#include "notifiers/deep_text.h"
#include "notifiers/webhook/config.h"

namespace tocsin::notifiers {

/// The compiled message of one webhook. Immutable, thread-safe.
/// Source: prometheus/alertmanager notify/webhook/webhook.go.
class WebhookMessage {
 public:
  static base::Result<WebhookMessage> compile(const WebhookConfig& config,
                                              const tmpl::TemplateSet& templates);
  /// Address and JSON body.
  struct Built {
    std::string url;
    std::string body;
  };
  /// Fails for good: when a template does, when the address is empty, or when url_file cannot be
  /// read. Pure, but for reading url_file.
  base::Result<Built> build(const Notification& notification) const;

 private:
  explicit WebhookMessage(const tmpl::TemplateSet& templates) : templates_(templates) {}
  base::Result<std::string> render_url(Renderer& renderer) const;

  tmpl::TemplateSet templates_;
  MessageText url_;
  SecretFile url_file_;
  uint64_t max_alerts_ = 0;
  std::optional<DeepText> payload_;
};

/// The JSON of version "4", ending in a newline. Pure.
std::string webhook_body(const Notification& notification, uint64_t truncated_alerts);

}  // namespace tocsin::notifiers
