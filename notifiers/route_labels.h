// Labels that routes attach to what they notify.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/log.h"
#include "notifiers/route.h"
#include "notifiers/text.h"

namespace tocsin::notifiers {

/// The compiled labels of one route. Immutable, thread-safe.
class RouteLabels {
 public:
  static base::Result<RouteLabels> compile(const Route& route, const tmpl::TemplateSet& templates);
  /// The labels for one batch of alerts. A label may call others with routeLabels; one that fails
  /// (or calls itself) is logged and left out. Source: prometheus/alertmanager
  /// template/template.go.
  base::Labels render(const Notification& batch, const base::Log& log) const;

 private:
  friend class RouteLabelWorld;
  std::map<std::string, MessageText, std::less<>> texts_;
};

}  // namespace tocsin::notifiers
