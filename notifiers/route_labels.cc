#include "notifiers/route_labels.h"

#include <algorithm>

#include "notifiers/data.h"

namespace tocsin::notifiers {

/// Renders a label when another one asks for it, and notices when they go round in circles.
class RouteLabelWorld final : public tmpl::Environment {
 public:
  RouteLabelWorld(const RouteLabels& labels, const Notification& batch)
      : labels_(labels), batch_(batch), data_(template_data(batch)) {}

  base::Result<base::TimestampMs> now() const override { return batch_.now; }
  base::Result<std::string> external_url() const override { return batch_.external_url; }
  base::Result<std::string> route_label(std::string_view name) const override {
    const auto found = labels_.texts_.find(name);
    if (found == labels_.texts_.end()) return std::string();
    const bool in_circle = std::find(asked_.begin(), asked_.end(), name) != asked_.end();
    asked_.emplace_back(name);
    if (in_circle) return circle();
    auto rendered = found->second.execute(data_, *this, render_limits(batch_.alerts.size()));
    asked_.pop_back();
    return rendered;
  }
  void start_over() { asked_.clear(); }

 private:
  base::Error circle() const {
    std::string path;
    for (const std::string& name : asked_) {
      if (!path.empty()) path += " -> ";
      path += name;
    }
    return {base::Code::kInvalid, "route label cycle detected: " + path};
  }

  const RouteLabels& labels_;
  const Notification& batch_;
  tmpl::Value data_;
  mutable std::vector<std::string> asked_;  ///< Labels being rendered, outermost first.
};

base::Result<RouteLabels> RouteLabels::compile(const Route& route,
                                               const tmpl::TemplateSet& templates) {
  RouteLabels out;
  TextCompiler compiler(templates);
  for (const auto& [name, text] : route.labels()) out.texts_.emplace(name, compiler(text));
  RETURN_IF_ERROR(compiler.status());
  return out;
}

base::Labels RouteLabels::render(const Notification& batch, const base::Log& log) const {
  if (texts_.empty()) return {};
  base::LabelsBuilder labels;
  RouteLabelWorld world(*this, batch);
  for (const auto& [name, text] : texts_) {
    world.start_over();
    auto value = world.route_label(name);
    if (value) {
      labels.set(name, *value);
    } else {
      log.warn("Route label left out", {{"label", name}, {"err", value.error().message}});
    }
  }
  return labels.build();
}

}  // namespace tocsin::notifiers
