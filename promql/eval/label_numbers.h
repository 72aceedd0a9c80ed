// Label sets, or some of their labels, as small numbers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "promql/eval/row_labels.h"

namespace tocsin::promql {

/// Numbers in order of first appearance, found by hash; what is numbered lies with the caller.
class HashIndex {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  void reserve(size_t more);
  uint32_t size() const { return static_cast<uint32_t>(hashes_.size()); }
  /// The number with this hash for which equals(number) holds, or kNone.
  template <class Equals>
  uint32_t find(uint64_t hash, Equals&& equals) const {
    if (slots_.empty()) return kNone;
    const size_t mask = slots_.size() - 1;
    for (size_t slot = home_of(hash); slots_[slot] != 0; slot = (slot + 1) & mask) {
      const uint32_t number = slots_[slot] - 1;
      if (hashes_[number] == hash && equals(number)) return number;
    }
    return kNone;
  }
  /// Gives the next number to what find() did not find.
  uint32_t add(uint64_t hash);

 private:
  size_t home_of(uint64_t hash) const { return (hash ^ hash >> 32) & (slots_.size() - 1); }
  void place(uint32_t number);
  void grow(size_t numbers);

  std::vector<uint64_t> hashes_;
  std::vector<uint32_t> slots_;  // Number + 1; 0 is free.
};

/// Numbers whole label sets.
class LabelNumbers {
 public:
  void reserve(size_t more) { index_.reserve(more); }
  /// The number of `labels`; fresh tells whether it is a new one.
  uint32_t number_of(const base::Labels& labels, bool& fresh);

 private:
  HashIndex index_;
  std::vector<base::Labels> known_;
};

/// Which labels of a row count: those named, or all the others.
struct LabelChoice {
  std::vector<std::string> names;
  bool without = false;

  bool has(std::string_view label) const {
    return (std::find(names.begin(), names.end(), label) != names.end()) != without;
  }
  base::Labels of(const base::Labels& labels) const {
    return without ? labels.drop(names) : labels.keep(names);
  }
  /// Where to read these labels of rows: names that rows lack are looked up only if they count.
  const RowLabels::List& source(const RowLabels& rows) const;
};

/// Numbers rows by the labels chosen, without making label sets of them. The label sets passed must
/// live as long as the object is used.
class KeyNumbers {
 public:
  explicit KeyNumbers(const LabelChoice& choice) : choice_(choice) {}
  void reserve(size_t more) { index_.reserve(more); }
  uint32_t number_of(const base::Labels& labels);
  /// Of an extended row. Not of other rows besides, nor when names are chosen that rows lost.
  uint32_t number_of(const RowLabels::Extension& rows, size_t row);
  uint32_t size() const { return index_.size(); }

 private:
  using Places = std::vector<uint32_t>;
  struct Key {
    size_t begin;
    size_t size;
  };
  const Places& places_in(const base::Labels& labels);
  void begin_key(const base::Labels& labels);
  void add_to_key(base::Symbol name, base::Symbol value);
  uint32_t number_of_key();

  const LabelChoice& choice_;
  // Where the labels chosen stand in sets with these names.
  std::unordered_map<const base::Symbol*, Places> places_;
  const base::Symbol* last_names_ = nullptr;
  const Places* last_places_ = nullptr;
  HashIndex index_;
  std::vector<Key> keys_;  // By number, in symbols_.
  std::vector<base::Symbol> symbols_;
  std::vector<base::Symbol> key_;
  uint64_t key_hash_ = 0;
  const RowLabels::Extension* extension_ = nullptr;
  std::vector<const RowLabels::Column*> columns_;  // Of extension_, those chosen.
};

/// The number of each row.
std::vector<uint32_t> number_rows(const RowLabels& rows, const LabelChoice& choice,
                                  KeyNumbers& numbers);

}  // namespace tocsin::promql
