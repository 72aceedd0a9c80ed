// The demo's live picture in the terminal: one line per event.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "engine/app/demo/inbox.h"
#include "engine/base/clock.h"
#include "rules/rule_views.h"

namespace tocsin::app::demo {

/// Prints what happens: alerts that become pending, firing and gone, and messages that arrive with
/// their rendered text. Thread-safe.
class Timeline {
 public:
  Timeline(const base::Clock& clock, bool colours);
  /// Compares with the alerts of the last call and prints what changed.
  void on_alerts(const std::vector<rules::AlertView>& alerts);
  void on_message(const Message& message);
  /// A line of its own.
  void note(std::string_view text);

 private:
  struct Known {
    rules::AlertState state = rules::AlertState::kPending;
    std::string summary;
  };
  void line(std::string_view kind, std::string_view text);

  const base::Clock& clock_;
  const base::TimestampMs started_;
  const bool colours_;
  std::mutex mutex_;
  std::map<std::string, Known> known_;  // By label set.
};

}  // namespace tocsin::app::demo
