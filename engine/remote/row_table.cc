#include "engine/remote/row_table.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <vector>

namespace tocsin::remote {
namespace {

uint64_t hash_of(std::span<const base::LabelView> labels) {
  uint64_t hash = labels.size();
  for (const base::LabelView& label : labels) {
    hash = XXH3_64bits_withSeed(label.name.data(), label.name.size(), hash);
    hash = XXH3_64bits_withSeed(label.value.data(), label.value.size(), hash);
  }
  return hash;
}

bool is_same(const base::Labels& set, std::span<const base::LabelView> labels) {
  if (set.size() != labels.size()) return false;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (set[i] != labels[i]) return false;
  }
  return true;
}

std::vector<base::LabelView> views(const base::Labels& labels) {
  std::vector<base::LabelView> out;
  out.reserve(labels.size());
  for (size_t i = 0; i < labels.size(); ++i) out.push_back(labels[i]);
  return out;
}

}  // namespace

RowTable::Row* RowTable::find(std::span<const base::LabelView> labels) {
  auto [row, end] = rows_.equal_range(hash_of(labels));
  for (; row != end; ++row) {
    if (is_same(row->second.labels, labels)) return &row->second;
  }
  return nullptr;
}

std::pair<RowTable::Row*, bool> RowTable::find_or_add(const base::Labels& labels) {
  const std::vector<base::LabelView> text = views(labels);
  if (Row* known = find(text)) return {known, false};
  return {&rows_.emplace(hash_of(text), Row{labels, base::kNoRow, 0})->second, true};
}

}  // namespace tocsin::remote
