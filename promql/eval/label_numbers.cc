#include "promql/eval/label_numbers.h"

#include <algorithm>
#include <bit>

namespace tocsin::promql {

void HashIndex::reserve(size_t more) {
  hashes_.reserve(hashes_.size() + more);
  grow(hashes_.size() + more);
}

uint32_t HashIndex::add(uint64_t hash) {
  grow(hashes_.size() + 1);
  hashes_.push_back(hash);
  place(size() - 1);
  return size() - 1;
}

void HashIndex::place(uint32_t number) {
  const size_t mask = slots_.size() - 1;
  size_t slot = home_of(hashes_[number]);
  while (slots_[slot] != 0) slot = (slot + 1) & mask;
  slots_[slot] = number + 1;
}

void HashIndex::grow(size_t numbers) {
  if (2 * numbers <= slots_.size()) return;
  slots_.assign(std::bit_ceil(2 * std::max<size_t>(numbers, 16)), 0);
  for (uint32_t number = 0; number < size(); ++number) place(number);
}

uint32_t LabelNumbers::number_of(const base::Labels& labels, bool& fresh) {
  const uint64_t hash = labels.hash();
  const uint32_t found =
      index_.find(hash, [&](uint32_t number) { return known_[number] == labels; });
  fresh = found == HashIndex::kNone;
  if (!fresh) return found;
  known_.push_back(labels);
  return index_.add(hash);
}

const RowLabels::List& LabelChoice::source(const RowLabels& rows) const {
  const bool names_name = std::ranges::find(names, base::kMetricName) != names.end();
  return names_name == without ? rows.stored() : rows.all();
}

const KeyNumbers::Places& KeyNumbers::places_in(const base::Labels& labels) {
  const auto names = labels.names();
  if (last_places_ != nullptr && names.data() == last_names_) return *last_places_;
  const auto [entry, fresh] = places_.try_emplace(names.data());
  if (fresh) {
    for (uint32_t i = 0; i < names.size(); ++i) {
      const std::string_view name = base::symbols::view(names[i]);
      const bool named = std::ranges::find(choice_.names, name) != choice_.names.end();
      if (named != choice_.without) entry->second.push_back(i);
    }
  }
  last_names_ = names.data();
  last_places_ = &entry->second;
  return *last_places_;
}

void KeyNumbers::begin_key(const base::Labels& labels) {
  const auto names = labels.names();
  const auto values = labels.values();
  key_hash_ = 0;
  key_.clear();
  for (const uint32_t i : places_in(labels)) add_to_key(names[i], values[i]);
}

void KeyNumbers::add_to_key(base::Symbol name, base::Symbol value) {
  key_.push_back(name);
  key_.push_back(value);
  key_hash_ = (std::rotl(key_hash_, 23) ^ (uint64_t{name} << 32 | value)) * 0x9e3779b97f4a7c15u;
}

uint32_t KeyNumbers::number_of_key() {
  const uint32_t found = index_.find(key_hash_, [&](uint32_t number) {
    const auto key = symbols_.begin() + static_cast<std::ptrdiff_t>(keys_[number].begin);
    return std::equal(key_.begin(), key_.end(), key,
                      key + static_cast<std::ptrdiff_t>(keys_[number].size));
  });
  if (found != HashIndex::kNone) return found;
  keys_.push_back({symbols_.size(), key_.size()});
  symbols_.insert(symbols_.end(), key_.begin(), key_.end());
  return index_.add(key_hash_);
}

uint32_t KeyNumbers::number_of(const base::Labels& labels) {
  begin_key(labels);
  return number_of_key();
}

uint32_t KeyNumbers::number_of(const RowLabels::Extension& rows, size_t row) {
  if (extension_ != &rows) {
    extension_ = &rows;
    columns_.clear();
    for (const RowLabels::Column& column : rows.columns) {
      if (choice_.has(base::symbols::view(column.name))) columns_.push_back(&column);
    }
  }
  begin_key(rows.rows[row]);
  for (const RowLabels::Column* column : columns_) {
    if (column->values[row] != 0) add_to_key(column->name, column->values[row]);
  }
  return number_of_key();
}

std::vector<uint32_t> number_rows(const RowLabels& rows, const LabelChoice& choice,
                                  KeyNumbers& numbers) {
  std::vector<uint32_t> out;
  out.reserve(rows.size());
  numbers.reserve(rows.size());
  for (const base::Labels& labels : choice.source(rows)) out.push_back(numbers.number_of(labels));
  return out;
}

}  // namespace tocsin::promql
