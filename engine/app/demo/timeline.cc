#include "engine/app/demo/timeline.h"

#include <set>

#include "engine/app/terminal.h"

namespace tocsin::app::demo {
namespace {

using rules::AlertState;

// The labels that tell alerts of the demo apart.
std::string title_of(const rules::AlertView& alert) {
  std::string out(alert.labels.get("alertname"));
  for (const char* name : {"instance", "gpu", "minor_number"}) {
    const std::string_view value = alert.labels.get(name);
    if (!value.empty())
      out += std::string(" ") + (name == std::string_view("instance") ? "" : "gpu ") +
             std::string(value);
  }
  return out;
}

std::string indented(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view one = text.substr(0, end);
    if (one.find_first_not_of(" \r") != std::string_view::npos)
      out += "\n                         " + std::string(one);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

Colour colour_of(std::string_view kind) {
  if (kind == "firing") return Colour::kRed;
  if (kind == "pending") return Colour::kYellow;
  if (kind == "resolved") return Colour::kGreen;
  return kind == "sent" ? Colour::kBold : Colour::kDim;
}

}  // namespace

Timeline::Timeline(const base::Clock& clock, bool colours)
    : clock_(clock), started_(clock.now()), colours_(colours) {}

void Timeline::line(std::string_view kind, std::string_view text) {
  const base::DurationMs elapsed = clock_.now() - started_;
  std::string seconds =
      std::to_string(elapsed / 1000) + "." + std::to_string(elapsed / 100 % 10) + "s";
  seconds.insert(0, seconds.size() < 7 ? 7 - seconds.size() : 0, ' ');
  std::string padded(kind);
  padded.resize(std::max<size_t>(padded.size(), 10), ' ');
  print_out(paint(seconds, Colour::kDim, colours_) + "  " +
            paint(padded, colour_of(kind), colours_) + "  " + std::string(text) + "\n");
}

void Timeline::note(std::string_view text) {
  const std::lock_guard lock(mutex_);
  line("", text);
}

void Timeline::on_alerts(const std::vector<rules::AlertView>& alerts) {
  const std::lock_guard lock(mutex_);
  std::set<std::string> present;
  for (const rules::AlertView& alert : alerts) {
    const std::string key = alert.labels.to_braces();
    present.insert(key);
    const auto [known, is_new] = known_.try_emplace(key);
    const bool changed = is_new || known->second.state != alert.state;
    known->second = {alert.state, title_of(alert)};
    if (!changed) continue;
    const std::string_view summary = alert.annotations.get("summary");
    line(rules::to_string(alert.state), title_of(alert) + ": " + std::string(summary));
  }
  std::erase_if(known_, [&](const auto& entry) {
    if (present.contains(entry.first)) return false;
    line("resolved", entry.second.summary);
    return true;
  });
}

void Timeline::on_message(const Message& message) {
  const std::lock_guard lock(mutex_);
  const std::string_view status = message.resolved ? "resolved" : "firing";
  line("sent", "→ " + std::string(to_string(message.channel)) + " [" + std::string(status) + "] " +
                   message.title + indented(message.text));
}

}  // namespace tocsin::app::demo
