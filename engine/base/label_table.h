// The table of all live label sets, behind Labels.
#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "engine/base/labels.h"
#include "engine/base/symbols.h"

namespace tocsin::base {

/// Label names in order: what the sets of a metric usually have in common, kept once for all of
/// them. The names lie behind the object.
struct LabelShape {
  mutable std::atomic<uint32_t> references;
  uint32_t count;
  uint64_t hash;

  std::span<const Symbol> names() const {
    return {reinterpret_cast<const Symbol*>(this + 1), count};
  }
};

/// A label set: 20 bytes, and 4 for each value.
struct Labels::Set {
  uint64_t hash;
  const LabelShape* shape;
  mutable std::atomic<uint32_t> references;

  static constexpr size_t kValuesOffset = 20;
  static size_t bytes_for(size_t count) { return kValuesOffset + count * sizeof(Symbol); }
  uint32_t size() const { return shape->count; }
  const Symbol* values() const {
    return reinterpret_cast<const Symbol*>(reinterpret_cast<const std::byte*>(this) +
                                           kValuesOffset);
  }
};

/// Thread-safe.
struct LabelTable {
  /// The set of these labels, with a reference added; nullptr when there are none. Names ascending
  /// in the strings' order, no value empty. The symbols are only borrowed: a new set adds
  /// references of its own.
  static const Labels::Set* acquire(std::span<const Symbol> names, std::span<const Symbol> values);
  /// Drops a reference; the last one frees the set.
  static void release(const Labels::Set* set);
  static Labels make(std::span<const Symbol> names, std::span<const Symbol> values) {
    return Labels(acquire(names, values));
  }
};

}  // namespace tocsin::base
