#include "notifiers/alert_relabeller.h"

#include <utility>

namespace tocsin::notifiers {

void AlertRelabeller::apply(std::vector<base::RelabelRule> rules) {
  rules_.store(std::make_shared<const Rules>(std::move(rules)));
}

void AlertRelabeller::on_alerts(const std::vector<base::Alert>& alerts) {
  const std::shared_ptr<const Rules> rules = rules_.load();
  if (rules->empty()) return next_.on_alerts(alerts);
  std::vector<base::Alert> kept;
  for (const base::Alert& alert : alerts) {
    base::LabelsBuilder labels(alert.labels);
    if (!base::relabel(*rules, labels)) continue;
    kept.push_back(alert);
    kept.back().labels = labels.build();
    if (kept.back().labels.empty()) kept.pop_back();
  }
  if (!kept.empty()) next_.on_alerts(kept);
}

}  // namespace tocsin::notifiers
