#include "engine/base/annotations.h"

#include <algorithm>

namespace tocsin::base {

Position position_of(std::string_view text, uint32_t offset) {
  const std::string_view before = text.substr(0, std::min<size_t>(offset, text.size()));
  const size_t last_newline = before.rfind('\n');
  Position out;
  out.line = 1 + static_cast<uint32_t>(std::ranges::count(before, '\n'));
  out.column = last_newline == std::string_view::npos
                   ? static_cast<uint32_t>(before.size()) + 1
                   : static_cast<uint32_t>(before.size() - last_newline);
  return out;
}

void Annotations::add(Annotation annotation) {
  const auto same = std::ranges::find_if(items_, [&](const Annotation& item) {
    return item.severity == annotation.severity && item.message == annotation.message;
  });
  if (same == items_.end()) {
    items_.push_back(std::move(annotation));
  } else if (same->tally != nullptr && annotation.tally != nullptr) {
    same->tally = same->tally->plus(*annotation.tally);
  } else {
    same->position = annotation.position;
  }
}

void Annotations::merge(const Annotations& other) {
  for (const Annotation& item : other.items_) add(item);
}

std::vector<std::string> Annotations::render(Severity severity, std::string_view query,
                                             size_t limit) const {
  const std::string_view kind = severity == Severity::kWarning ? "warning" : "info";
  std::vector<std::string> out;
  size_t left_out = 0;
  for (const Annotation& item : items_) {
    if (item.severity != severity) continue;
    if (limit != 0 && out.size() == limit) {
      ++left_out;
      continue;
    }
    std::string text = "PromQL " + std::string(kind) + ": " + item.message;
    if (item.tally != nullptr) text += item.tally->text();
    if (item.position) {
      const Position at = position_of(query, item.position->start);
      text += " (" + std::to_string(at.line) + ":" + std::to_string(at.column) + ")";
    }
    out.push_back(std::move(text));
  }
  if (left_out != 0) {
    out.push_back(std::to_string(left_out) + " more " + std::string(kind) + " annotations omitted");
  }
  return out;
}

}  // namespace tocsin::base
