// What the demo's receivers got.
#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace tocsin::app::demo {

enum class Channel : uint8_t { kWebhook, kSlack, kPagerDuty, kEmail };
inline constexpr std::array kChannels = {Channel::kWebhook, Channel::kSlack, Channel::kPagerDuty,
                                         Channel::kEmail};
std::string_view to_string(Channel channel);

/// One message as a person would see it.
struct Message {
  Channel channel = Channel::kWebhook;
  bool resolved = false;
  std::string title;
  std::string text;  ///< May be empty; lines separated by '\n'.
};

/// Counts messages per channel and tells a listener. Thread-safe.
class Inbox {
 public:
  /// `on_message` runs on whatever thread delivered; it must be thread-safe.
  explicit Inbox(std::function<void(const Message&)> on_message)
      : on_message_(std::move(on_message)) {}
  void deliver(Message message);
  /// True when every channel has had a firing and a resolved message.
  bool complete() const;
  /// "slack: resolved, email: firing" — what complete() still waits for.
  std::string missing() const;

 private:
  struct Counts {
    int firing = 0;
    int resolved = 0;
  };
  std::function<void(const Message&)> on_message_;
  mutable std::mutex mutex_;
  std::array<Counts, kChannels.size()> counts_{};
};

}  // namespace tocsin::app::demo
