#include "notifiers/text.h"

#include "notifiers/data.h"

namespace tocsin::notifiers {

base::Result<MessageText> MessageText::compile(const TemplateText& field,
                                               const tmpl::TemplateSet& templates,
                                               tmpl::Escaping escaping) {
  MessageText compiled;
  if (field.text.empty()) return compiled;
  auto parsed = templates.compile("", field.text, escaping);
  if (!parsed) return base::at(std::move(parsed).error(), field.where);
  compiled.template_ = *std::move(parsed);
  return compiled;
}

base::Result<std::string> MessageText::execute(const tmpl::Value& data,
                                               const tmpl::Environment& environment) const {
  if (!template_) return std::string();
  return template_->execute(data, environment);
}

MessageText TextCompiler::operator()(const TemplateText& field, tmpl::Escaping escaping) {
  if (!status_.ok()) return {};
  auto compiled = MessageText::compile(field, templates_, escaping);
  if (compiled) return *std::move(compiled);
  status_ = std::move(compiled).error();
  return {};
}

Renderer::World::World(const Notification& notification)
    : now_(notification.now),
      external_url_(notification.external_url),
      route_labels_(notification.route_labels) {}

base::Result<std::string> Renderer::World::route_label(std::string_view name) const {
  return std::string(route_labels_.get(name));
}

Renderer::Renderer(const Notification& notification)
    : world_(notification), data_(template_data(notification)) {}

std::string Renderer::operator()(const MessageText& field) {
  if (!status_.ok()) return {};
  auto rendered = field.execute(data_, world_);
  if (rendered) return *std::move(rendered);
  status_ = std::move(rendered).error();
  return {};
}

std::string Renderer::text(const std::string& text, const tmpl::TemplateSet& templates) {
  if (!status_.ok()) return {};
  auto compiled = MessageText::compile({text}, templates);
  if (compiled) return (*this)(*compiled);
  status_ = std::move(compiled).error();
  return {};
}

}  // namespace tocsin::notifiers
