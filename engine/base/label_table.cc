#include "engine/base/label_table.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <unordered_set>
#include <utility>
#include <vector>

#include "engine/base/slab_pool.h"

namespace tocsin::base {
namespace {

using Set = Labels::Set;

uint64_t mix(uint64_t x) {
  x ^= x >> 32;
  x *= 0xd6e8feb86659fd93u;
  x ^= x >> 29;
  return x;
}

// Drops a reference unless it is the last one.
bool drop_one_of_many(std::atomic<uint32_t>& references) {
  uint32_t count = references.load(std::memory_order_relaxed);
  while (count > 1) {
    if (references.compare_exchange_weak(count, count - 1, std::memory_order_acq_rel)) return true;
  }
  return false;
}

// ---- Memory of the sets: a pool for each size ----

class SetMemory {
 public:
  void* take(size_t bytes) {
    return bytes > SlabPool::kObjectBytesMax ? ::operator new(bytes) : pool(bytes).take();
  }
  void give(void* memory, size_t bytes) {
    if (bytes > SlabPool::kObjectBytesMax) return ::operator delete(memory);
    pool(bytes).give(memory);
  }

 private:
  static constexpr size_t kStep = 8;
  static constexpr size_t kPools = SlabPool::kObjectBytesMax / kStep;

  template <size_t... I>
  static std::array<SlabPool, kPools> make_pools(std::index_sequence<I...>) {
    return {SlabPool((I + 1) * kStep)...};
  }
  SlabPool& pool(size_t bytes) { return pools_[(bytes - 1) / kStep]; }

  std::array<SlabPool, kPools> pools_ = make_pools(std::make_index_sequence<kPools>());
};

// ---- Shapes ----

class Shapes {
 public:
  const LabelShape* acquire(std::span<const Symbol> names) {
    const std::lock_guard lock(mutex_);
    const auto found = shapes_.find(names);
    if (found != shapes_.end()) {
      (*found)->references.fetch_add(1, std::memory_order_relaxed);
      return *found;
    }
    void* memory = ::operator new(sizeof(LabelShape) + names.size_bytes());
    auto* shape = new (memory) LabelShape{{1}, static_cast<uint32_t>(names.size()), Hash{}(names)};
    std::uninitialized_copy(names.begin(), names.end(), reinterpret_cast<Symbol*>(shape + 1));
    for (const Symbol name : names) symbols::retain(name);
    shapes_.insert(shape);
    return shape;
  }

  void release(const LabelShape* shape) {
    if (drop_one_of_many(shape->references)) return;
    {
      // Only under the lock may a count become 0: acquire() cannot revive a shape being freed.
      const std::lock_guard lock(mutex_);
      if (shape->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
      shapes_.erase(shape);
    }
    for (const Symbol name : shape->names()) symbols::release(name);
    shape->~LabelShape();
    ::operator delete(const_cast<LabelShape*>(shape));
  }

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::span<const Symbol> names) const {
      uint64_t hash = names.size();
      for (const Symbol name : names) hash = mix(hash + 0x9e3779b97f4a7c15u + name);
      return static_cast<size_t>(hash);
    }
    size_t operator()(const LabelShape* shape) const { return static_cast<size_t>(shape->hash); }
  };
  struct Same {
    using is_transparent = void;
    bool operator()(const LabelShape* a, const LabelShape* b) const { return a == b; }
    bool operator()(std::span<const Symbol> a, const LabelShape* b) const {
      return std::ranges::equal(a, b->names());
    }
    bool operator()(const LabelShape* a, std::span<const Symbol> b) const { return (*this)(b, a); }
  };

  std::mutex mutex_;
  std::unordered_set<const LabelShape*, Hash, Same> shapes_;
};

// ---- Sets, in shards by hash ----

constexpr size_t kShards = 64;

struct Key {
  uint64_t hash;
  std::span<const Symbol> names;
  std::span<const Symbol> values;

  bool is_of(const Set& set) const {
    return set.hash == hash && set.size() == values.size() &&
           std::equal(values.begin(), values.end(), set.values()) &&
           std::ranges::equal(names, set.shape->names());
  }
};

class Shard {
 public:
  const Set* acquire(const Key& key);
  void release(const Set* set);

 private:
  static size_t home_of(uint64_t hash, size_t mask) { return (hash / kShards) & mask; }
  size_t find(const Key& key) const;
  void grow();
  void erase(const Set* set);

  std::mutex mutex_;
  std::vector<Set*> index_;  // Open addressing; nullptr is empty.
  size_t live_ = 0;
};

struct Table {
  std::array<Shard, kShards> shards;
  Shapes shapes;
  SetMemory memory;

  Shard& shard_of(uint64_t hash) { return shards[hash % kShards]; }
};

Table& table() {
  static auto* all = new Table();  // Never destroyed, as the symbols.
  return *all;
}

uint64_t hash_of(std::span<const Symbol> names, std::span<const Symbol> values) {
  uint64_t hash = 0x9e3779b97f4a7c15u;
  for (size_t i = 0; i < names.size(); ++i) {
    hash = mix(hash ^ symbols::text_hash(names[i])) ^ symbols::text_hash(values[i]);
    hash = mix(hash);
  }
  return hash;
}

Set* make_set(const Key& key) {
  void* memory = table().memory.take(Set::bytes_for(key.values.size()));
  Set* set = new (memory) Set{key.hash, table().shapes.acquire(key.names), {1}};
  std::uninitialized_copy(key.values.begin(), key.values.end(), const_cast<Symbol*>(set->values()));
  for (const Symbol value : key.values) symbols::retain(value);
  return set;
}

void free_set(Set* set) {
  const uint32_t count = set->size();
  for (uint32_t i = 0; i < count; ++i) symbols::release(set->values()[i]);
  table().shapes.release(set->shape);
  set->~Set();
  table().memory.give(set, Set::bytes_for(count));
}

size_t Shard::find(const Key& key) const {
  const size_t mask = index_.size() - 1;
  size_t slot = home_of(key.hash, mask);
  while (index_[slot] != nullptr && !key.is_of(*index_[slot])) slot = (slot + 1) & mask;
  return slot;
}

const Set* Shard::acquire(const Key& key) {
  const std::lock_guard lock(mutex_);
  if (8 * (live_ + 1) > 7 * index_.size()) grow();
  const size_t slot = find(key);
  if (Set* found = index_[slot]; found != nullptr) {
    found->references.fetch_add(1, std::memory_order_relaxed);
    return found;
  }
  index_[slot] = make_set(key);
  ++live_;
  return index_[slot];
}

void Shard::grow() {
  std::vector<Set*> old(std::max<size_t>(16, index_.size() * 2), nullptr);
  old.swap(index_);
  const size_t mask = index_.size() - 1;
  for (Set* set : old) {
    if (set == nullptr) continue;
    size_t slot = home_of(set->hash, mask);
    while (index_[slot] != nullptr) slot = (slot + 1) & mask;
    index_[slot] = set;
  }
}

// Backward-shift deletion: there are no tombstones.
void Shard::erase(const Set* set) {
  const size_t mask = index_.size() - 1;
  size_t hole = home_of(set->hash, mask);
  while (index_[hole] != set) hole = (hole + 1) & mask;
  for (size_t next = (hole + 1) & mask; index_[next] != nullptr; next = (next + 1) & mask) {
    const size_t home = home_of(index_[next]->hash, mask);
    if (((next - home) & mask) < ((next - hole) & mask)) continue;
    index_[hole] = index_[next];
    hole = next;
  }
  index_[hole] = nullptr;
  --live_;
}

void Shard::release(const Set* set) {
  {
    // Only under the lock may a count become 0: acquire() cannot revive a set being freed.
    const std::lock_guard lock(mutex_);
    if (set->references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    erase(set);
  }
  free_set(const_cast<Set*>(set));
}

}  // namespace

const Labels::Set* LabelTable::acquire(std::span<const Symbol> names,
                                       std::span<const Symbol> values) {
  if (names.empty()) return nullptr;
  const Key key{hash_of(names, values), names, values};
  return table().shard_of(key.hash).acquire(key);
}

void LabelTable::release(const Labels::Set* set) {
  if (!drop_one_of_many(set->references)) table().shard_of(set->hash).release(set);
}

}  // namespace tocsin::base
