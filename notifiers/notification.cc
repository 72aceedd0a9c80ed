#include "notifiers/notification.h"

#include <algorithm>

#include "notifiers/fingerprint.h"

namespace tocsin::notifiers {

namespace {

/// Upstream's LabelSet.Before: fewer labels first, then over the sorted union of names.
bool before(const base::Labels& a, const base::Labels& b) {
  if (a.size() != b.size()) return a.size() < b.size();
  for (size_t i = 0; i < a.size(); ++i) {
    // In the union's order the first name that only one side has decides: the side without it
    // comes first.
    if (a[i].name != b[i].name) return a[i].name > b[i].name;
    if (a[i].value != b[i].value) return a[i].value < b[i].value;
  }
  return false;
}

bool alert_before(const NotifiedAlert& left, const NotifiedAlert& right) {
  const base::Labels& a = left.alert.labels;
  const base::Labels& b = right.alert.labels;
  for (const std::string_view name : {"job", "instance"}) {
    const std::string_view a_value = a.get(name);
    const std::string_view b_value = b.get(name);
    if (a_value == b_value) continue;
    if (a_value.empty() || b_value.empty()) return b_value.empty();
    return a_value < b_value;
  }
  return before(a, b);
}

}  // namespace

bool Notification::is_firing() const {
  return std::any_of(alerts.begin(), alerts.end(), [](const auto& a) { return !a.resolved; });
}

void sort_alerts(std::vector<NotifiedAlert>& alerts) {
  std::stable_sort(alerts.begin(), alerts.end(), alert_before);
}

std::vector<NotifiedAlert> alerts_at(const std::vector<base::Alert>& alerts,
                                     base::TimestampMs now) {
  std::vector<NotifiedAlert> seen;
  seen.reserve(alerts.size());
  for (const base::Alert& alert : alerts) {
    NotifiedAlert& item = seen.emplace_back(NotifiedAlert{alert, alert.resolved_at(now)});
    if (!item.resolved) item.alert.ends_at = 0;
  }
  sort_alerts(seen);
  return seen;
}

AlertHashes hash_alerts(const std::vector<NotifiedAlert>& alerts) {
  AlertHashes hashes;
  for (const NotifiedAlert& item : alerts) {
    (item.resolved ? hashes.resolved : hashes.firing).push_back(fingerprint(item.alert.labels));
  }
  for (std::vector<uint64_t>* list : {&hashes.firing, &hashes.resolved}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  return hashes;
}

}  // namespace tocsin::notifiers
