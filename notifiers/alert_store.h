// Every alert that was received and has not been forgotten.
#pragma once

#include <cstddef>
#include <functional>
#include <unordered_map>

#include "engine/base/alert.h"

namespace tocsin::notifiers {

/// Alerts by label set. Not thread-safe. Source: prometheus/alertmanager provider/mem/mem.go.
class AlertStore {
 public:
  using Alerts = std::unordered_map<base::Labels, base::Alert, base::LabelsHash>;

  /// Merges a completed, valid alert with the stored one of the same labels. Returns the stored
  /// result. Lifetime of the reference: until the next change.
  const base::Alert& put(base::Alert alert, base::TimestampMs now);
  /// Forgets resolved alerts. Returns how many.
  size_t collect_garbage(base::TimestampMs now);
  const Alerts& alerts() const { return alerts_; }

 private:
  Alerts alerts_;
};

}  // namespace tocsin::notifiers
