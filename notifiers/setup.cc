#include "notifiers/setup.h"

#include <algorithm>

namespace tocsin::notifiers {

namespace {

using LabelMap = std::unordered_map<const Route*, RouteLabels>;

base::Status compile_labels(const Route& route, const tmpl::TemplateSet& templates, LabelMap& out) {
  ASSIGN_OR_RETURN(RouteLabels labels, RouteLabels::compile(route, templates));
  out.emplace(&route, std::move(labels));
  for (const auto& child : route.children())
    RETURN_IF_ERROR(compile_labels(*child, templates, out));
  return {};
}

}  // namespace

Receiver& Setup::receiver(std::string_view name) {
  return *std::find_if(receivers.begin(), receivers.end(),
                       [&](const Receiver& receiver) { return receiver.name == name; });
}

base::Result<std::unique_ptr<Setup>> build_setup(Config config, const ReceiverWorld& world) {
  ASSIGN_OR_RETURN(const tmpl::TemplateSet templates, load_templates(config.templates));
  auto setup = std::make_unique<Setup>(std::move(config));
  RETURN_IF_ERROR(compile_labels(setup->routes.root(), templates, setup->route_labels));
  ASSIGN_OR_RETURN(setup->receivers, build_receivers(setup->config, templates, world));
  return setup;
}

base::Status check_config(const Config& config) {
  ASSIGN_OR_RETURN(const tmpl::TemplateSet templates, load_templates(config.templates));
  const RouteTree routes(config.route);
  LabelMap labels;
  RETURN_IF_ERROR(compile_labels(routes.root(), templates, labels));
  return check_messages(config, templates);
}

}  // namespace tocsin::notifiers
