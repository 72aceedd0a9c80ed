#include "engine/base/labels.h"

#include <algorithm>

#include "engine/base/label_table.h"

namespace tocsin::base {

Labels::Labels(const Labels& other) : set_(other.set_) {
  if (set_ != nullptr) set_->references.fetch_add(1, std::memory_order_relaxed);
}

Labels::~Labels() {
  if (set_ != nullptr) LabelTable::release(set_);
}

Labels Labels::of_sorted(std::span<const LabelView> pairs) {
  std::vector<Symbol> symbols;
  symbols.reserve(2 * pairs.size());
  for (const LabelView& pair : pairs) symbols.push_back(symbols::acquire(pair.name));
  for (const LabelView& pair : pairs) symbols.push_back(symbols::acquire(pair.value));
  const auto names = std::span<const Symbol>(symbols).first(pairs.size());
  const auto values = std::span<const Symbol>(symbols).last(pairs.size());
  Labels out = LabelTable::make(names, values);
  for (const Symbol symbol : symbols) symbols::release(symbol);
  return out;
}

Labels Labels::of(std::span<const LabelView> pairs) {
  std::vector<LabelView> sorted(pairs.begin(), pairs.end());
  std::ranges::stable_sort(sorted, {}, &LabelView::name);
  std::vector<LabelView> unique;
  unique.reserve(sorted.size());
  for (const LabelView& pair : sorted) {
    if (!unique.empty() && unique.back().name == pair.name) unique.pop_back();
    unique.push_back(pair);
  }
  std::erase_if(unique, [](const LabelView& pair) { return pair.value.empty(); });
  return of_sorted(unique);
}

size_t Labels::size() const { return set_ == nullptr ? 0 : set_->size(); }

std::span<const Symbol> Labels::names() const {
  return set_ == nullptr ? std::span<const Symbol>() : set_->shape->names();
}

std::span<const Symbol> Labels::values() const {
  if (set_ == nullptr) return {};
  return {set_->values(), set_->size()};
}

Symbol Labels::value_of(Symbol name) const {
  const auto all = names();
  const auto found = std::ranges::find(all, name);
  return found == all.end() ? 0 : values()[static_cast<size_t>(found - all.begin())];
}

LabelView Labels::operator[](size_t i) const {
  return {symbols::view(names()[i]), symbols::view(values()[i])};
}

std::string_view Labels::get(std::string_view name) const {
  const auto all = names();
  for (size_t i = 0; i < all.size(); ++i) {
    if (symbols::view(all[i]) == name) return symbols::view(values()[i]);
  }
  return {};
}

uint64_t Labels::hash() const { return set_ == nullptr ? 0 : set_->hash; }

std::strong_ordering Labels::operator<=>(const Labels& other) const {
  if (set_ == other.set_) return std::strong_ordering::equal;
  for (size_t i = 0; i < std::min(size(), other.size()); ++i) {
    const auto order = [](Symbol a, Symbol b) { return symbols::view(a) <=> symbols::view(b); };
    if (names()[i] != other.names()[i]) return order(names()[i], other.names()[i]);
    if (values()[i] != other.values()[i]) return order(values()[i], other.values()[i]);
  }
  return size() <=> other.size();
}

namespace {

struct SymbolPairs {
  std::vector<Symbol> names;
  std::vector<Symbol> values;
};

template <class Keep>
SymbolPairs filter(const Labels& labels, Keep keep) {
  SymbolPairs kept;
  kept.names.reserve(labels.size());
  kept.values.reserve(labels.size());
  for (size_t i = 0; i < labels.size(); ++i) {
    if (!keep(symbols::view(labels.names()[i]))) continue;
    kept.names.push_back(labels.names()[i]);
    kept.values.push_back(labels.values()[i]);
  }
  return kept;
}

bool contains(std::span<const std::string> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

Labels Labels::keep(std::span<const std::string> names) const {
  const SymbolPairs kept =
      filter(*this, [&](std::string_view name) { return contains(names, name); });
  return LabelTable::make(kept.names, kept.values);
}

Labels Labels::drop(std::span<const std::string> names) const {
  const SymbolPairs kept =
      filter(*this, [&](std::string_view name) { return !contains(names, name); });
  return LabelTable::make(kept.names, kept.values);
}

Labels Labels::without_name() const {
  const SymbolPairs kept = filter(*this, [](std::string_view name) {
    return name != kMetricName && name != "__type__" && name != "__unit__";
  });
  return LabelTable::make(kept.names, kept.values);
}

Labels Labels::with(std::string_view name, std::string_view value) const {
  const auto old_names = names();
  const auto old_values = values();
  size_t place = 0;
  while (place < old_names.size() && symbols::view(old_names[place]) < name) ++place;
  const bool has_it = place < old_names.size() && symbols::view(old_names[place]) == name;
  if (value.empty() && !has_it) return *this;
  std::vector<Symbol> symbols;
  symbols.reserve(2 * old_names.size() + 2);
  // Everything but the label, which goes to its place; kept symbols are held by this set.
  const Symbol new_name = value.empty() ? 0 : has_it ? old_names[place] : symbols::acquire(name);
  const Symbol new_value = symbols::acquire(value);
  const auto add = [&](std::span<const Symbol> old, Symbol fresh) {
    const auto middle = old.begin() + static_cast<std::ptrdiff_t>(place);
    symbols.insert(symbols.end(), old.begin(), middle);
    if (!value.empty()) symbols.push_back(fresh);
    symbols.insert(symbols.end(), middle + (has_it ? 1 : 0), old.end());
  };
  add(old_names, new_name);
  add(old_values, new_value);
  const size_t count = symbols.size() / 2;
  Labels out = LabelTable::make(std::span<const Symbol>(symbols).first(count),
                                std::span<const Symbol>(symbols).last(count));
  if (!has_it) symbols::release(new_name);
  symbols::release(new_value);
  return out;
}

LabelsBuilder::LabelsBuilder(const Labels& base) {
  labels_.reserve(base.size() + 4);
  for (size_t i = 0; i < base.size(); ++i) labels_.emplace_back(base[i].name, base[i].value);
}

LabelsBuilder& LabelsBuilder::set(std::string_view name, std::string_view value) {
  if (value.empty()) return remove(name);
  for (auto& [known, current] : labels_) {
    if (known == name) {
      current = value;
      return *this;
    }
  }
  labels_.emplace_back(name, value);
  return *this;
}

LabelsBuilder& LabelsBuilder::remove(std::string_view name) {
  std::erase_if(labels_, [&](const auto& label) { return label.first == name; });
  return *this;
}

std::string_view LabelsBuilder::get(std::string_view name) const {
  for (const auto& [known, value] : labels_) {
    if (known == name) return value;
  }
  return {};
}

Labels LabelsBuilder::build() const {
  std::vector<LabelView> views;
  views.reserve(labels_.size());
  for (const auto& [name, value] : labels_) views.push_back({name, value});
  return Labels::of(views);
}

}  // namespace tocsin::base
