// What PagerDuty receives.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "notifiers/deep_text.h"
#include "notifiers/pagerduty/config.h"

namespace tocsin::notifiers {

/// The compiled event of one PagerDuty integration. Immutable, thread-safe.
/// Source: prometheus/alertmanager notify/pagerduty/pagerduty.go.
class PagerdutyMessage {
 public:
  static base::Result<PagerdutyMessage> compile(const PagerdutyConfig& config,
                                                const tmpl::TemplateSet& templates);
  struct Built {
    std::string body;                   ///< JSON, ending in a newline.
    std::vector<std::string> warnings;  ///< What was cut.
  };
  /// Fails for good: when a template does, when the key is empty, or when its file cannot be read.
  /// Pure, but for reading the key's file.
  base::Result<Built> build(const Notification& notification) const;

 private:
  struct Image {
    MessageText src, alt, href;
  };
  struct Link {
    MessageText href, text;
  };
  explicit PagerdutyMessage(const tmpl::TemplateSet& templates) : templates_(templates) {}
  base::Result<std::string> render_key(Renderer& render) const;
  std::string render_details(Renderer& render) const;
  void write_v1(base::JsonWriter& json, const Notification& notification, Renderer& render,
                std::string_view details) const;
  void write_v2(base::JsonWriter& json, const Notification& notification, Renderer& render,
                std::string_view details) const;
  void write_payload(base::JsonWriter& json, Renderer& render, std::string_view details) const;
  void write_attachments(base::JsonWriter& json, Renderer& render) const;
  std::string write_event(const Notification& notification, Renderer& render,
                          const std::string& key, std::string_view details) const;

  tmpl::TemplateSet templates_;
  bool is_v1_ = false;
  MessageText key_;
  SecretFile key_file_;
  MessageText client_, client_url_, description_, source_, severity_, class_, component_, group_;
  std::vector<std::pair<std::string, DeepText>> details_;
  std::vector<Image> images_;
  std::vector<Link> links_;
};

}  // namespace tocsin::notifiers
