#include "notifiers/notify_log.h"

namespace tocsin::notifiers {

std::string notify_log_key(std::string_view group_key, std::string_view receiver,
                           std::string_view integration, size_t index) {
  std::string key(group_key);
  key += ':';
  key += receiver;
  key += '/';
  key += integration;
  key += '/';
  key += std::to_string(index);
  return key;
}

const NotifyLogEntry* NotifyLog::find(std::string_view key) const {
  const auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second;
}

void NotifyLog::record(std::string key, NotifyLogEntry entry) {
  NotifyLogEntry& stored = entries_[std::move(key)];
  if (stored.timestamp <= entry.timestamp) stored = std::move(entry);
}

size_t NotifyLog::collect_garbage(base::TimestampMs now) {
  return std::erase_if(entries_, [&](const auto& item) { return item.second.expires_at <= now; });
}

}  // namespace tocsin::notifiers
