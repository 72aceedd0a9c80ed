// What was last told to whom about which group.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/time.h"

namespace tocsin::notifiers {

/// Values a receiver wants back with the group's next notification (Slack's thread).
using ReceiverData = std::map<std::string, std::string>;

/// One delivered notification. The hash lists are ascending and without repetition.
struct NotifyLogEntry {
  std::vector<uint64_t> firing;
  std::vector<uint64_t> resolved;
  base::TimestampMs timestamp = 0;   ///< When it was delivered.
  base::TimestampMs expires_at = 0;  ///< When collect_garbage() may forget it.
  ReceiverData receiver_data;
};

/// "<group key>:<receiver>/<integration>/<index>". Source: prometheus/alertmanager nflog/nflog.go.
std::string notify_log_key(std::string_view group_key, std::string_view receiver,
                           std::string_view integration, size_t index);

/// The notification log, in memory. Not thread-safe.
///
/// DIFFERS: an entry is kept for twice its repeat interval even when that exceeds the retention, so
/// that a long repeat interval is never cut short by forgetting.
class NotifyLog {
 public:
  /// Null when nothing was ever told (or it was forgotten). Lifetime: until the next change.
  const NotifyLogEntry* find(std::string_view key) const;
  /// Remembers `entry`, unless a newer one is there.
  void record(std::string key, NotifyLogEntry entry);
  /// Forgets entries whose time is over. Returns how many.
  size_t collect_garbage(base::TimestampMs now);
  size_t size() const { return entries_.size(); }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, NotifyLogEntry, Hash, std::equal_to<>> entries_;
};

}  // namespace tocsin::notifiers
