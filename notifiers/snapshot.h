// What the dispatcher knows, as values for the API and the UI.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/alert.h"
#include "notifiers/notify_reason.h"

namespace tocsin::notifiers {

/// A received alert that has not ended.
struct AlertStatus {
  base::Alert alert;
  uint64_t fingerprint = 0;
  std::vector<std::string> receivers;  ///< In the routing tree's order; repetitions kept.
};

/// How a group stands with one integration of its receiver.
struct DeliveryStatus {
  std::string integration;                         ///< "webhook[0]".
  bool in_progress = false;                        ///< An attempt runs or is planned.
  uint32_t attempts = 0;                           ///< Of the delivery in progress or the last one.
  std::string last_error;                          ///< Empty when the last delivery went well.
  base::TimestampMs next_attempt = 0;              ///< 0: none planned.
  base::TimestampMs last_sent = 0;                 ///< 0: never, as far as is known.
  NotifyReason last_reason = NotifyReason::kNone;  ///< Of the last decision to send.
};

/// A group of alerts.
struct GroupStatus {
  std::string key;
  base::Labels labels;
  base::Labels route_labels;
  std::string receiver;
  base::TimestampMs next_flush = 0;
  std::vector<AlertStatus> alerts;  ///< In the order of notifications; ended ones left out.
  std::vector<DeliveryStatus> deliveries;
};

/// A receiver and its labels, in the file's order.
struct ReceiverStatus {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;
  std::vector<std::string> integrations;  ///< "webhook[0]".
};

}  // namespace tocsin::notifiers
