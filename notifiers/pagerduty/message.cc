#include "notifiers/pagerduty/message.h"

#include "notifiers/fingerprint.h"
#include "notifiers/utf8.h"

namespace tocsin::notifiers {

namespace {

constexpr size_t kDescriptionRunesMax = 1024;
constexpr size_t kEventBytesMax = 512'000;
constexpr std::string_view kDetailsRemoved =
    R"({"error":"Custom details have been removed because the original event exceeds the maximum size of 512KB"})";

base::Error failed(std::string_view what, const base::Error& error) {
  return {base::Code::kInvalid, std::string(what) + ": " + error.message};
}

std::string_view event_of(const Notification& notification) {
  return notification.is_firing() ? "trigger" : "resolve";
}

std::string cut(const std::string& text) {
  bool was_cut = false;
  return truncate_in_runes(text, kDescriptionRunesMax, was_cut);
}

}  // namespace

base::Result<PagerdutyMessage> PagerdutyMessage::compile(const PagerdutyConfig& config,
                                                         const tmpl::TemplateSet& templates) {
  PagerdutyMessage out(templates);
  TextCompiler compiler(templates);
  out.is_v1_ = config.uses_v1();
  const SecretTemplate& key = out.is_v1_ ? config.service_key : config.routing_key;
  out.key_ = compiler({key.text.reveal(), key.where});
  out.key_file_ = out.is_v1_ ? config.service_key_file : config.routing_key_file;
  out.client_ = compiler(config.client);
  out.client_url_ = compiler(config.client_url);
  out.description_ = compiler(config.description);
  out.source_ = compiler(config.source);
  out.severity_ = compiler(config.severity);
  out.class_ = compiler(config.event_class);
  out.component_ = compiler(config.component);
  out.group_ = compiler(config.group);
  for (const auto& [name, value] : config.details) {
    out.details_.emplace_back(name, DeepText::compile(value, compiler));
  }
  for (const PagerdutyImage& image : config.images) {
    out.images_.push_back({compiler(image.src), compiler(image.alt), compiler(image.href)});
  }
  for (const PagerdutyLink& link : config.links) {
    out.links_.push_back({compiler(link.href), compiler(link.text)});
  }
  RETURN_IF_ERROR(compiler.status());
  return out;
}

base::Result<std::string> PagerdutyMessage::render_key(Renderer& render) const {
  const std::string what = is_v1_ ? "service key" : "routing key";
  std::string key;
  if (!key_.empty()) {
    key = render(key_);
  } else {
    auto content = read_secret_file(key_file_);
    if (!content) return failed("failed to read " + what + " from file", content.error());
    key = render.text(*content, templates_);
  }
  if (render.status().ok() && key.empty()) {
    return base::Error{base::Code::kInvalid, what + " cannot be empty"};
  }
  return key;
}

std::string PagerdutyMessage::render_details(Renderer& render) const {
  std::string details;
  base::JsonWriter json(details);
  json.begin_object();
  for (const auto& [name, value] : details_) value.write(json.key(name), render);
  json.end_object();
  return details;
}

void PagerdutyMessage::write_v1(base::JsonWriter& json, const Notification& notification,
                                Renderer& render, std::string_view details) const {
  json.field("incident_key", sha256_hex(notification.group_key));
  json.field("event_type", event_of(notification));
  json.field_unless_empty("description", cut(render(description_)));
  json.field("event_action", "").key("payload").null();
  if (notification.is_firing()) {
    json.field_unless_empty("client", render(client_));
    json.field_unless_empty("client_url", render(client_url_));
  }
  json.key("details").raw(details);
}

void PagerdutyMessage::write_payload(base::JsonWriter& json, Renderer& render,
                                     std::string_view details) const {
  json.key("payload").begin_object();
  json.field("summary", cut(render(description_)));
  json.field("source", render(source_));
  json.field("severity", render(severity_));
  json.field_unless_empty("class", render(class_));
  json.field_unless_empty("component", render(component_));
  json.field_unless_empty("group", render(group_));
  json.key("custom_details").raw(details);
  json.end_object();
}

/// Images without src and links without href are left out, as PagerDuty refuses them.
void PagerdutyMessage::write_attachments(base::JsonWriter& json, Renderer& render) const {
  std::string images, links;
  base::JsonWriter image_list(images), link_list(links);
  image_list.begin_array();
  for (const Image& image : images_) {
    const std::string src = render(image.src);
    if (src.empty()) continue;
    image_list.begin_object().field("src", src).field("alt", render(image.alt));
    image_list.field("href", render(image.href)).end_object();
  }
  image_list.end_array();
  link_list.begin_array();
  for (const Link& link : links_) {
    const std::string href = render(link.href);
    if (href.empty()) continue;
    link_list.begin_object().field("href", href).field("text", render(link.text)).end_object();
  }
  link_list.end_array();
  if (images != "[]") json.key("images").raw(images);
  if (links != "[]") json.key("links").raw(links);
}

void PagerdutyMessage::write_v2(base::JsonWriter& json, const Notification& notification,
                                Renderer& render, std::string_view details) const {
  json.field("dedup_key", sha256_hex(notification.group_key));
  json.field("event_action", event_of(notification));
  write_payload(json, render, details);
  json.field_unless_empty("client", render(client_));
  json.field_unless_empty("client_url", render(client_url_));
  write_attachments(json, render);
}

std::string PagerdutyMessage::write_event(const Notification& notification, Renderer& render,
                                          const std::string& key, std::string_view details) const {
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().field(is_v1_ ? "service_key" : "routing_key", key);
  if (is_v1_) {
    write_v1(json, notification, render, details);
  } else {
    write_v2(json, notification, render, details);
  }
  json.end_object();
  return body + '\n';
}

base::Result<PagerdutyMessage::Built> PagerdutyMessage::build(
    const Notification& notification) const {
  Renderer render(notification);
  const std::string details = render_details(render);
  if (!render.status().ok()) return failed("failed to render details", render.status().error());
  ASSIGN_OR_RETURN(const std::string key, render_key(render));
  Built built;
  built.body = write_event(notification, render, key, details);
  if (built.body.size() > kEventBytesMax) {
    built.warnings.push_back("Truncated Details because message of size " +
                             std::to_string(built.body.size()) + "B exceeds limit 512KB");
    built.body = write_event(notification, render, key, kDetailsRemoved);
  }
  if (!render.status().ok()) {
    return failed(is_v1_ ? "failed to template PagerDuty v1 message"
                         : "failed to template PagerDuty v2 message",
                  render.status().error());
  }
  return built;
}

}  // namespace tocsin::notifiers
