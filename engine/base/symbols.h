// Interned strings: label names and values become 32-bit numbers.
//
// The table is process-wide (docs/architecture.md, "One table of symbols"): a symbol is as global
// as the string it stands for. Entries are counted by the label sets that use them and freed with
// the last one, so a fleet that churns through names does not grow the process.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

namespace tocsin::base {

/// A number for a string. 0 is the empty string. Equal symbols ⇔ equal strings, while both are
/// held.
using Symbol = uint32_t;

namespace symbols {

/// The symbol of `text`, with one reference added. Thread-safe.
Symbol acquire(std::string_view text);
/// Adds a reference to a symbol that is held already.
void retain(Symbol symbol);
/// Drops a reference; the last one frees the string.
void release(Symbol symbol);
/// The string. Lifetime: while somebody holds the symbol. Lock-free.
std::string_view view(Symbol symbol);
/// A 64-bit hash of the string, the same in every run of the program. The symbol must be held.
uint64_t text_hash(Symbol symbol);
/// The symbol of `text` if some label set uses it, without adding a reference; 0 if none does.
/// Meaningful only while the caller keeps a label set alive that has it; otherwise a hint.
Symbol find(std::string_view text);

struct Stats {
  uint64_t count = 0;  ///< Live symbols.
  uint64_t bytes = 0;  ///< Bytes of their texts.
};
Stats stats();

}  // namespace symbols

/// A text in four bytes: equal ones share their memory. For texts that many objects repeat.
class SharedText {
 public:
  SharedText() = default;  ///< Empty.
  explicit SharedText(std::string_view text) : symbol_(symbols::acquire(text)) {}
  SharedText(const SharedText& other) : symbol_(other.symbol_) { symbols::retain(symbol_); }
  SharedText(SharedText&& other) noexcept : symbol_(std::exchange(other.symbol_, 0)) {}
  SharedText& operator=(SharedText other) noexcept {
    std::swap(symbol_, other.symbol_);
    return *this;
  }
  ~SharedText() { symbols::release(symbol_); }

  /// Lifetime: while this or an equal text is alive.
  std::string_view view() const { return symbols::view(symbol_); }
  bool operator==(const SharedText&) const = default;

 private:
  Symbol symbol_ = 0;
};

}  // namespace tocsin::base
