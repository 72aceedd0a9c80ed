#include "engine/base/labels.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <new>

namespace tocsin::base {

/// The shared object: a header with the pairs behind it in the same allocation.
struct Labels::Set {
  mutable std::atomic<uint32_t> references;
  uint32_t count;
  uint64_t hash;

  Pair* pairs() { return reinterpret_cast<Pair*>(this + 1); }
  const Pair* pairs() const { return reinterpret_cast<const Pair*>(this + 1); }
};

/// The table of all live sets, in shards by hash.
struct LabelsInterner {
  using Set = Labels::Set;
  using Pair = Labels::Pair;
  static constexpr size_t kShards = 64;

  struct Shard {
    std::mutex mutex;
    std::vector<Set*> index;  // Open addressing; nullptr is empty.
    size_t live = 0;
  };

  static std::array<Shard, kShards>& shards() {
    static auto* all = new std::array<Shard, kShards>();  // Never destroyed, as the symbols.
    return *all;
  }
  static Shard& shard_of(uint64_t hash) { return shards()[hash & (kShards - 1)]; }
  static size_t home_of(uint64_t hash, size_t mask) { return (hash >> 6) & mask; }

  static uint64_t hash_of(std::span<const Pair> pairs) {
    uint64_t hash = 0x9e3779b97f4a7c15u;
    for (const Pair& pair : pairs) {
      hash = mix(hash ^ symbols::text_hash(pair.name)) ^ symbols::text_hash(pair.value);
      hash = mix(hash);
    }
    return hash;
  }
  static uint64_t mix(uint64_t x) {
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    x ^= x >> 29;
    return x;
  }

  static bool same(const Set& set, uint64_t hash, std::span<const Pair> pairs) {
    if (set.hash != hash || set.count != pairs.size()) return false;
    return std::equal(pairs.begin(), pairs.end(), set.pairs(), [](const Pair& a, const Pair& b) {
      return a.name == b.name && a.value == b.value;
    });
  }

  static size_t find_slot(Shard& shard, uint64_t hash, std::span<const Pair> pairs) {
    const size_t mask = shard.index.size() - 1;
    size_t slot = home_of(hash, mask);
    while (shard.index[slot] != nullptr && !same(*shard.index[slot], hash, pairs)) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  static void grow(Shard& shard) {
    std::vector<Set*> old(std::max<size_t>(64, shard.index.size() * 2), nullptr);
    old.swap(shard.index);
    const size_t mask = shard.index.size() - 1;
    for (Set* set : old) {
      if (set == nullptr) continue;
      size_t slot = home_of(set->hash, mask);
      while (shard.index[slot] != nullptr) slot = (slot + 1) & mask;
      shard.index[slot] = set;
    }
  }

  static void erase(Shard& shard, size_t hole) {
    const size_t mask = shard.index.size() - 1;
    for (size_t next = (hole + 1) & mask; shard.index[next] != nullptr; next = (next + 1) & mask) {
      const size_t home = home_of(shard.index[next]->hash, mask);
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      shard.index[hole] = shard.index[next];
      hole = next;
    }
    shard.index[hole] = nullptr;
  }

  /// The set of `pairs` (sorted, no empty values), with a reference added. The symbols are only
  /// borrowed: a new set adds references of its own.
  static const Set* intern(std::span<const Pair> pairs) {
    if (pairs.empty()) return nullptr;
    const uint64_t hash = hash_of(pairs);
    Shard& shard = shard_of(hash);
    const std::lock_guard lock(shard.mutex);
    if (8 * (shard.live + 1) > 7 * shard.index.size()) grow(shard);
    const size_t slot = find_slot(shard, hash, pairs);
    if (Set* found = shard.index[slot]; found != nullptr) {
      found->references.fetch_add(1, std::memory_order_relaxed);
      return found;
    }
    void* memory = ::operator new(sizeof(Set) + pairs.size_bytes());
    Set* set = new (memory) Set{{1}, static_cast<uint32_t>(pairs.size()), hash};
    std::uninitialized_copy(pairs.begin(), pairs.end(), set->pairs());
    for (const Pair& pair : pairs) {
      symbols::retain(pair.name);
      symbols::retain(pair.value);
    }
    shard.index[slot] = set;
    ++shard.live;
    return set;
  }

  static void release(const Set* set) {
    uint32_t count = set->references.load(std::memory_order_relaxed);
    while (count > 1) {
      if (set->references.compare_exchange_weak(count, count - 1, std::memory_order_acq_rel))
        return;
    }
    Set* dying = nullptr;
    {
      // Only under the lock may a count become 0: intern() cannot revive a set being freed.
      Shard& shard = shard_of(set->hash);
      const std::lock_guard lock(shard.mutex);
      if (set->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
      const size_t slot = find_slot(shard, set->hash, {set->pairs(), set->count});
      dying = shard.index[slot];
      erase(shard, slot);
      --shard.live;
    }
    for (uint32_t i = 0; i < dying->count; ++i) {
      symbols::release(dying->pairs()[i].name);
      symbols::release(dying->pairs()[i].value);
    }
    dying->~Set();
    ::operator delete(dying);
  }

  static Labels make(std::span<const Pair> pairs) { return Labels(intern(pairs)); }
};

Labels::Labels(const Labels& other) : set_(other.set_) {
  if (set_ != nullptr) set_->references.fetch_add(1, std::memory_order_relaxed);
}

Labels::~Labels() {
  if (set_ != nullptr) LabelsInterner::release(set_);
}

Labels Labels::of_sorted(std::span<const LabelView> pairs) {
  std::vector<Pair> held;
  held.reserve(pairs.size());
  for (const LabelView& pair : pairs) {
    held.push_back({symbols::acquire(pair.name), symbols::acquire(pair.value)});
  }
  Labels out = LabelsInterner::make(held);
  for (const Pair& pair : held) {
    symbols::release(pair.name);
    symbols::release(pair.value);
  }
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

size_t Labels::size() const { return set_ == nullptr ? 0 : set_->count; }

std::span<const Labels::Pair> Labels::pairs() const {
  if (set_ == nullptr) return {};
  return {set_->pairs(), set_->count};
}

LabelView Labels::operator[](size_t i) const {
  const Pair& pair = pairs()[i];
  return {symbols::view(pair.name), symbols::view(pair.value)};
}

std::string_view Labels::get(std::string_view name) const {
  for (const Pair& pair : pairs()) {
    if (symbols::view(pair.name) == name) return symbols::view(pair.value);
  }
  return {};
}

uint64_t Labels::hash() const { return set_ == nullptr ? 0 : set_->hash; }

std::strong_ordering Labels::operator<=>(const Labels& other) const {
  if (set_ == other.set_) return std::strong_ordering::equal;
  const auto a = pairs();
  const auto b = other.pairs();
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i].name != b[i].name) return symbols::view(a[i].name) <=> symbols::view(b[i].name);
    if (a[i].value != b[i].value) return symbols::view(a[i].value) <=> symbols::view(b[i].value);
  }
  return a.size() <=> b.size();
}

namespace {

template <class Keep>
std::vector<Labels::Pair> filter(std::span<const Labels::Pair> pairs, Keep keep) {
  std::vector<Labels::Pair> kept;
  kept.reserve(pairs.size());
  for (const Labels::Pair& pair : pairs) {
    if (keep(symbols::view(pair.name))) kept.push_back(pair);
  }
  return kept;
}

bool contains(std::span<const std::string> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

Labels Labels::keep(std::span<const std::string> names) const {
  return LabelsInterner::make(
      filter(pairs(), [&](std::string_view name) { return contains(names, name); }));
}

Labels Labels::drop(std::span<const std::string> names) const {
  return LabelsInterner::make(
      filter(pairs(), [&](std::string_view name) { return !contains(names, name); }));
}

Labels Labels::without_name() const {
  return LabelsInterner::make(filter(pairs(), [](std::string_view name) {
    return name != kMetricName && name != "__type__" && name != "__unit__";
  }));
}

Labels Labels::with(std::string_view name, std::string_view value) const {
  std::vector<LabelView> out;
  out.reserve(size() + 1);
  bool placed = value.empty();
  for (size_t i = 0; i < size(); ++i) {
    const LabelView label = (*this)[i];
    if (!placed && name <= label.name) {
      out.push_back({name, value});
      placed = true;
    }
    if (label.name != name) out.push_back(label);
  }
  if (!placed) out.push_back({name, value});
  return of_sorted(out);
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
