#include "notifiers/text.h"

#include <algorithm>

#include "notifiers/data.h"

namespace tocsin::notifiers {

namespace {

constexpr size_t kOutputBytesPerAlert = 16u << 10;
constexpr size_t kOutputBytesMax = 256u << 20;
constexpr uint64_t kStepsPerAlert = 2'000;
constexpr uint64_t kStepsMax = 100'000'000;

}  // namespace

tmpl::ExecOptions render_limits(size_t alerts) {
  tmpl::ExecOptions limits;
  const size_t counted = std::min<size_t>(alerts, 1'000'000);
  limits.max_output_bytes =
      std::min(limits.max_output_bytes + counted * kOutputBytesPerAlert, kOutputBytesMax);
  limits.max_steps = std::min(limits.max_steps + counted * kStepsPerAlert, kStepsMax);
  return limits;
}

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
                                               const tmpl::Environment& environment,
                                               const tmpl::ExecOptions& limits) const {
  if (!template_) return std::string();
  return template_->execute(data, environment, limits);
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
    : world_(notification),
      data_(template_data(notification)),
      limits_(render_limits(notification.alerts.size())) {}

std::string Renderer::operator()(const MessageText& field) {
  if (!status_.ok()) return {};
  auto rendered = field.execute(data_, world_, limits_);
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
