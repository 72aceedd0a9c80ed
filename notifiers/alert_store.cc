#include "notifiers/alert_store.h"

#include "notifiers/alert_intake.h"

namespace tocsin::notifiers {

const base::Alert& AlertStore::put(base::Alert alert, base::TimestampMs now) {
  const auto [slot, is_new] = alerts_.try_emplace(alert.labels, alert);
  if (!is_new) slot->second = merge_alerts(slot->second, std::move(alert), now);
  return slot->second;
}

size_t AlertStore::collect_garbage(base::TimestampMs now) {
  return std::erase_if(alerts_, [&](const auto& item) { return item.second.resolved_at(now); });
}

}  // namespace tocsin::notifiers
