#include "engine/app/table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/app/terminal.h"

namespace tocsin::app {
namespace {

constexpr size_t kBetween = 2;  // Blanks between columns.

}  // namespace

size_t text_width(std::string_view text) {
  // The bytes that do not continue a character.
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (c & '\xc0') != '\x80'; }));
}

void Table::add_column(std::string head, bool right) {
  columns_.push_back({std::move(head), right});
}

std::vector<size_t> Table::widths() const {
  std::vector<size_t> out;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t widest = text_width(columns_[i].head);
    for (const auto& row : rows_) widest = std::max(widest, text_width(row[i]));
    out.push_back(widest);
  }
  return out;
}

size_t Table::width() const {
  const std::vector<size_t> all = widths();
  const size_t between = all.empty() ? 0 : (all.size() - 1) * kBetween;
  return std::accumulate(all.begin(), all.end(), between);
}

std::string Table::text(bool colours) const {
  const std::vector<size_t> all = widths();
  const auto line = [&](const auto& cell) {
    std::string out;
    for (size_t i = 0; i < columns_.size(); ++i) {
      const std::string& text = cell(i);
      const std::string blanks(all[i] - text_width(text), ' ');
      out += (i == 0 ? "" : std::string(kBetween, ' ')) +
             (columns_[i].right ? blanks + text : text + blanks);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    return out;
  };
  std::string out = paint(line([&](size_t i) -> const std::string& { return columns_[i].head; }),
                          Colour::kDim, colours) +
                    "\n";
  for (const auto& row : rows_)
    out += line([&](size_t i) -> const std::string& { return row[i]; }) + "\n";
  return out;
}

}  // namespace tocsin::app
