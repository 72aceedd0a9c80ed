#include "notifiers/route.h"

#include <algorithm>
#include <map>

#include "notifiers/fingerprint.h"

namespace tocsin::notifiers {

base::Labels Route::group_labels(const base::Labels& alert) const {
  return group_by_all_ ? alert : alert.keep(group_by_);
}

void Route::inherit(const RouteConfig& config, const Route& parent) {
  receiver_ = config.receiver.empty() ? parent.receiver_ : config.receiver;
  timing_ = {.group_wait = config.group_wait.value_or(parent.timing_.group_wait),
             .group_interval = config.group_interval.value_or(parent.timing_.group_interval),
             .repeat_interval = config.repeat_interval.value_or(parent.timing_.repeat_interval)};
  group_by_ = config.group_by.value_or(parent.group_by_);
  std::sort(group_by_.begin(), group_by_.end());
  // A list of its own ends an inherited "all labels".
  group_by_all_ = !config.group_by && (config.group_by_all || parent.group_by_all_);
  std::map<std::string, TemplateText> merged(parent.labels_.begin(), parent.labels_.end());
  for (const auto& [name, text] : config.labels) merged.insert_or_assign(name, text);
  labels_.assign(merged.begin(), merged.end());
  matchers_ = config.matchers;
  continues_ = config.continues;
}

void Route::match(const base::Labels& alert, std::vector<const Route*>& out) const {
  if (!base::matches_all(matchers_, alert)) return;
  const size_t found_before = out.size();
  for (const auto& child : children_) {
    const size_t before_child = out.size();
    child->match(alert, out);
    if (out.size() != before_child && !child->continues_) break;
  }
  if (out.size() == found_before) out.push_back(this);
}

RouteTree::RouteTree(const RouteConfig& config) : root_(std::make_unique<Route>()) {
  const Route defaults;
  root_->inherit(config, defaults);
  root_->key_ = root_->id_ = matchers_text(root_->matchers_);
  for (const RouteConfig& child : config.routes) root_->children_.push_back(build(child, *root_));
}

std::unique_ptr<Route> RouteTree::build(const RouteConfig& config, const Route& parent) {
  auto route = std::make_unique<Route>();
  route->inherit(config, parent);
  const std::string own = '/' + matchers_text(route->matchers_);
  const size_t place = parent.children_.size();
  route->key_ = parent.key_ + own;
  route->id_ = parent.id_ + own + '/' + std::to_string(place);
  for (const RouteConfig& child : config.routes) route->children_.push_back(build(child, *route));
  return route;
}

std::vector<const Route*> RouteTree::match(const base::Labels& alert) const {
  std::vector<const Route*> routes;
  root_->match(alert, routes);
  return routes;
}

std::string group_key(const Route& route, const base::Labels& group_labels) {
  return route.key() + ':' + label_set_text(group_labels);
}

}  // namespace tocsin::notifiers
