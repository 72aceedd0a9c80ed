// Alerts that are notified together.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/base/alert.h"
#include "engine/base/clock.h"
#include "notifiers/notification.h"
#include "notifiers/route.h"

namespace tocsin::notifiers {

/// One group. Used on the loop only.
struct AlertGroup {
  const Route* route = nullptr;  ///< Lives as long as the group's Setup.
  base::Labels labels;
  std::string key;
  std::unordered_map<base::Labels, base::Alert, base::LabelsHash> alerts;
  base::TimerId timer = 0;
  base::TimestampMs next_flush = 0;

  /// What a tick at `now` sees, sorted.
  std::vector<NotifiedAlert> batch(base::TimestampMs now) const {
    std::vector<base::Alert> copies;
    copies.reserve(alerts.size());
    for (const auto& [identity, alert] : alerts) copies.push_back(alert);
    return alerts_at(copies, now);
  }

  /// Forgets the resolved alerts of `told` that have not been heard of since.
  void forget_resolved(const std::vector<NotifiedAlert>& told) {
    for (const NotifiedAlert& item : told) {
      const auto found = item.resolved ? alerts.find(item.alert.labels) : alerts.end();
      if (found != alerts.end() && found->second.updated_at == item.alert.updated_at) {
        alerts.erase(found);
      }
    }
  }
};

/// A group's identity: the route's node and the group's labels.
struct GroupId {
  const Route* route = nullptr;
  base::Labels labels;
  bool operator==(const GroupId&) const = default;
};

struct GroupIdHash {
  size_t operator()(const GroupId& id) const {
    return static_cast<size_t>(id.labels.hash()) ^ std::hash<const void*>()(id.route);
  }
};

/// One look at a group. Done when every integration has answered; then, if all went well, what is
/// resolved leaves the group.
struct Flush {
  std::weak_ptr<AlertGroup> group;
  std::string group_key;
  base::Labels group_labels;
  base::Labels route_labels;
  GroupTiming timing;
  base::TimestampMs tick = 0;
  std::vector<NotifiedAlert> alerts;
  size_t outstanding = 0;  ///< Integrations that have not answered.
  bool failed = false;
};

}  // namespace tocsin::notifiers
