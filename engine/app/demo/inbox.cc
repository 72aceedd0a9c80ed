#include "engine/app/demo/inbox.h"

namespace tocsin::app::demo {

std::string_view to_string(Channel channel) {
  switch (channel) {
    case Channel::kWebhook:
      return "webhook";
    case Channel::kSlack:
      return "slack";
    case Channel::kPagerDuty:
      return "pagerduty";
    case Channel::kEmail:
      return "email";
  }
  return "";
}

void Inbox::deliver(Message message) {
  {
    const std::lock_guard lock(mutex_);
    Counts& counts = counts_[static_cast<size_t>(message.channel)];
    ++(message.resolved ? counts.resolved : counts.firing);
  }
  on_message_(message);
}

bool Inbox::complete() const { return missing().empty(); }

std::string Inbox::missing() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const Channel channel : kChannels) {
    const Counts& counts = counts_[static_cast<size_t>(channel)];
    for (const auto& [count, what] :
         {std::pair{counts.firing, "firing"}, {counts.resolved, "resolved"}}) {
      if (count != 0) continue;
      if (!out.empty()) out += ", ";
      out += std::string(to_string(channel)) + ": " + what;
    }
  }
  return out;
}

}  // namespace tocsin::app::demo
