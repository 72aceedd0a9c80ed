// What a target exposed last time, line by line, in order: scrapes rarely change their lines, only
// their numbers, so the next line is almost always known before it is read.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tocsin::scrape {

/// One remembered line: its first `bytes` bytes by their 64-bit hash, and what it stands for.
/// 16 bytes instead of the text itself; two different texts of one target share a hash once in
/// 2^64.
struct Line {
  uint64_t hash = 0;   ///< line_hash().
  uint32_t bytes = 0;  ///< Of the series text; of a comment the whole line with its newline.
  uint32_t slot = 0;   ///< See the constants below.
};

/// Slots: rows of the stream below kDropped; a comment's family or'ed with kComment and kIsType.
inline constexpr uint32_t kDroppedSlot = 0x7fffffff;
inline constexpr uint32_t kCommentBit = 0x80000000;
inline constexpr uint32_t kTypeBit = 0x40000000;
inline constexpr uint32_t kFamilyMask = 0x3fffffff;
inline constexpr uint32_t kNoFamily = kFamilyMask;  ///< A plain comment or a blank line.

/// Walks the remembered lines alongside a body. Usage per scrape: begin(), then for each line
/// expected()/advance() or find() or add(), then keep() or forget(). A walk that meets every line
/// in its place allocates nothing. Not thread-safe.
class LineMemory {
 public:
  /// Starts a walk.
  void begin();
  /// The line remembered at this position, or nullptr.
  const Line* expected() const { return at_ < lines_.size() ? &lines_[at_] : nullptr; }
  /// The lines remembered from this position on, while all so far were in their places; else none.
  std::span<const Line> ahead() const {
    return moved_ ? std::span<const Line>() : std::span(lines_).subspan(at_);
  }
  /// That many lines of ahead() were there.
  void advance(size_t lines) { at_ += lines; }
  /// The line expected was there.
  void advance() {
    if (moved_) next_.push_back(lines_[at_]);
    ++at_;
  }
  /// Looks for a text a little ahead, then everywhere; takes it when found. nullptr: a new line.
  const Line* find(uint64_t hash, uint32_t bytes);
  /// A new line takes this position; returns a number for set_slot().
  uint32_t add(uint64_t hash, uint32_t bytes, uint32_t slot);
  void set_slot(uint32_t line, uint32_t slot) { next_[line].slot = slot; }

  /// True when the lines walked differ from those remembered.
  bool changed() const { return moved_ || at_ != lines_.size(); }
  /// Remembers the lines walked. Returns them.
  const std::vector<Line>& keep();
  /// Forgets everything: every line will be new.
  void forget() { *this = LineMemory(); }
  size_t size() const { return lines_.size(); }

 private:
  void leave_order();
  const Line* find_in_table(uint64_t hash, uint32_t bytes);
  size_t place_of(uint64_t hash) const;
  void build_table();

  std::vector<Line> lines_;      // Of the last good scrape.
  std::vector<Line> next_;       // Of this one, once it left the order.
  std::vector<uint32_t> table_;  // Open addressing: index in lines_ + 1; built when first needed.
  size_t at_ = 0;
  bool moved_ = false;
};

}  // namespace tocsin::scrape
