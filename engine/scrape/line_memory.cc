#include "engine/scrape/line_memory.h"

#include <algorithm>
#include <bit>

namespace tocsin::scrape {

void LineMemory::begin() {
  at_ = 0;
  moved_ = false;
  next_.clear();
  table_.clear();
}

void LineMemory::leave_order() {
  if (moved_) return;
  moved_ = true;
  next_.reserve(lines_.size() + 1);
  next_.assign(lines_.begin(), lines_.begin() + static_cast<ptrdiff_t>(at_));
}

const Line* LineMemory::find(uint64_t hash, uint32_t bytes) {
  // Lines that vanished shift the rest by a few.
  constexpr size_t kAhead = 8;
  const size_t stop = std::min(at_ + kAhead, lines_.size());
  for (size_t i = at_; i < stop; ++i) {
    if (lines_[i].hash != hash || lines_[i].bytes != bytes) continue;
    if (i != at_) leave_order();
    at_ = i;
    advance();
    return &lines_[i];
  }
  const Line* found = find_in_table(hash, bytes);
  if (found == nullptr) return nullptr;
  leave_order();
  next_.push_back(*found);
  // What follows it last time probably follows it now.
  at_ = static_cast<size_t>(found - lines_.data()) + 1;
  return found;
}

uint32_t LineMemory::add(uint64_t hash, uint32_t bytes, uint32_t slot) {
  leave_order();
  next_.push_back({hash, bytes, slot});
  return static_cast<uint32_t>(next_.size() - 1);
}

size_t LineMemory::place_of(uint64_t hash) const {
  // Multiplied by a number that the target cannot know, lest it makes all its lines collide.
  constexpr uint64_t kGolden = 0x9e3779b97f4a7c15;
  const uint64_t key = (reinterpret_cast<uintptr_t>(table_.data()) * kGolden) | 1;
  return static_cast<size_t>((hash * key) >> 20) & (table_.size() - 1);
}

void LineMemory::build_table() {
  table_.assign(std::bit_ceil(lines_.size() * 2 + 1), 0);
  const size_t mask = table_.size() - 1;
  for (size_t i = 0; i < lines_.size(); ++i) {
    size_t place = place_of(lines_[i].hash);
    // A text that stands twice in a body is found at its first place.
    while (table_[place] != 0 && lines_[table_[place] - 1].hash != lines_[i].hash) {
      place = (place + 1) & mask;
    }
    if (table_[place] == 0) table_[place] = static_cast<uint32_t>(i + 1);
  }
}

const Line* LineMemory::find_in_table(uint64_t hash, uint32_t bytes) {
  if (lines_.empty()) return nullptr;
  if (table_.empty()) build_table();
  const size_t mask = table_.size() - 1;
  for (size_t place = place_of(hash); table_[place] != 0; place = (place + 1) & mask) {
    const Line& line = lines_[table_[place] - 1];
    if (line.hash == hash && line.bytes == bytes) return &line;
  }
  return nullptr;
}

const std::vector<Line>& LineMemory::keep() {
  if (moved_) {
    next_.shrink_to_fit();
    lines_.swap(next_);
  } else {
    lines_.resize(at_);
  }
  // Given back: `= {}` would keep the memory.
  next_ = std::vector<Line>();
  table_ = std::vector<uint32_t>();
  return lines_;
}

}  // namespace tocsin::scrape
