#include "engine/base/symbols.h"

#include <xxhash.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

namespace tocsin::base::symbols {
namespace {

// A symbol is shard number in the low bits, entry number + 1 above: 0 stays the empty string.
constexpr uint32_t kShardBits = 6;
constexpr uint32_t kShards = 1u << kShardBits;
// Chunks never move, so views are stable. Each is as large as all before it together.
constexpr uint32_t kFirstChunkBits = 6;
constexpr uint32_t kChunksMax = 21;  // 2^26 symbols in a shard.

struct Entry {
  char* text = nullptr;
  uint64_t hash = 0;
  uint32_t length = 0;
  std::atomic<uint32_t> references{0};

  std::string_view view() const { return {text, length}; }
};

uint32_t chunk_of(uint32_t number) {
  return static_cast<uint32_t>(std::bit_width(number >> kFirstChunkBits));
}
uint32_t chunk_begin(uint32_t chunk) {
  return chunk == 0 ? 0 : 1u << (kFirstChunkBits + chunk - 1);
}
uint32_t chunk_size(uint32_t chunk) { return std::max(1u << kFirstChunkBits, chunk_begin(chunk)); }

// One shard: entries in chunks, and an open-addressing index of entry numbers + 1.
class Shard {
 public:
  // Entry number of `text`, with a reference added.
  uint32_t acquire(std::string_view text, uint64_t hash) {
    const std::lock_guard lock(mutex_);
    if (4 * (live_ + 1) > 3 * index_.size()) grow();
    size_t slot = find_slot(text, hash);
    if (index_[slot] != 0) {
      entry(index_[slot] - 1).references.fetch_add(1, std::memory_order_relaxed);
      return index_[slot] - 1;
    }
    const uint32_t number = take_number();
    Entry& fresh = entry(number);
    fresh.text = new char[text.size()];
    std::memcpy(fresh.text, text.data(), text.size());
    fresh.length = static_cast<uint32_t>(text.size());
    fresh.hash = hash;
    fresh.references.store(1, std::memory_order_relaxed);
    index_[slot] = number + 1;
    ++live_;
    bytes_ += text.size();
    return number;
  }

  bool find(std::string_view text, uint64_t hash, uint32_t& number) {
    const std::lock_guard lock(mutex_);
    if (index_.empty()) return false;
    const size_t slot = find_slot(text, hash);
    if (index_[slot] == 0) return false;
    number = index_[slot] - 1;
    return true;
  }

  void release(uint32_t number) {
    Entry& held = entry(number);
    uint32_t count = held.references.load(std::memory_order_relaxed);
    while (count > 1) {
      if (held.references.compare_exchange_weak(count, count - 1, std::memory_order_acq_rel))
        return;
    }
    // Only under the lock may a count become 0, so nobody revives an entry while it is freed.
    const std::lock_guard lock(mutex_);
    if (held.references.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    erase(find_slot(held.view(), held.hash));
    --live_;
    bytes_ -= held.length;
    delete[] held.text;
    held.text = nullptr;
    free_.push_back(number);
  }

  Entry& entry(uint32_t number) {
    const uint32_t chunk = chunk_of(number);
    return chunks_[chunk].load(std::memory_order_acquire)[number - chunk_begin(chunk)];
  }

  void add_stats(Stats& stats) {
    const std::lock_guard lock(mutex_);
    stats.count += live_;
    stats.bytes += bytes_;
  }

 private:
  size_t find_slot(std::string_view text, uint64_t hash) {
    const size_t mask = index_.size() - 1;
    size_t slot = (hash >> kShardBits) & mask;
    for (; index_[slot] != 0; slot = (slot + 1) & mask) {
      const Entry& found = entry(index_[slot] - 1);
      if (found.hash == hash && found.view() == text) break;
    }
    return slot;
  }

  // Backward-shift deletion: later entries of the probe run move up, so there are no tombstones.
  void erase(size_t hole) {
    const size_t mask = index_.size() - 1;
    for (size_t next = (hole + 1) & mask; index_[next] != 0; next = (next + 1) & mask) {
      const size_t home = (entry(index_[next] - 1).hash >> kShardBits) & mask;
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      index_[hole] = index_[next];
      hole = next;
    }
    index_[hole] = 0;
  }

  void grow() {
    std::vector<uint32_t> old(std::max<size_t>(16, index_.size() * 2), 0);
    old.swap(index_);
    const size_t mask = index_.size() - 1;
    for (const uint32_t number : old) {
      if (number == 0) continue;
      size_t slot = (entry(number - 1).hash >> kShardBits) & mask;
      while (index_[slot] != 0) slot = (slot + 1) & mask;
      index_[slot] = number;
    }
  }

  uint32_t take_number() {
    if (!free_.empty()) {
      const uint32_t number = free_.back();
      free_.pop_back();
      return number;
    }
    const uint32_t number = used_++;
    const uint32_t chunk = chunk_of(number);
    if (number == chunk_begin(chunk)) {
      // Entries are made one by one: a large chunk costs memory only as far as it is used. Never
      // freed, as the table.
      Entry* entries = std::allocator<Entry>().allocate(chunk_size(chunk));
      chunks_[chunk].store(entries, std::memory_order_release);
    }
    new (&entry(number)) Entry();
    return number;
  }

  std::mutex mutex_;
  std::vector<uint32_t> index_;
  std::vector<uint32_t> free_;
  std::array<std::atomic<Entry*>, kChunksMax> chunks_{};
  uint32_t used_ = 0;
  size_t live_ = 0;
  uint64_t bytes_ = 0;
};

// Never destroyed: label sets may outlive every other static.
std::array<Shard, kShards>& shards() {
  static auto* all = new std::array<Shard, kShards>();
  return *all;
}

Shard& shard_of(Symbol symbol) { return shards()[symbol & (kShards - 1)]; }
uint32_t number_of(Symbol symbol) { return (symbol >> kShardBits) - 1; }
Symbol symbol_of(uint32_t number, uint64_t hash) {
  return ((number + 1) << kShardBits) | static_cast<uint32_t>(hash & (kShards - 1));
}

}  // namespace

Symbol acquire(std::string_view text) {
  if (text.empty()) return 0;
  const uint64_t hash = XXH3_64bits(text.data(), text.size());
  return symbol_of(shards()[hash & (kShards - 1)].acquire(text, hash), hash);
}

void retain(Symbol symbol) {
  if (symbol == 0) return;
  shard_of(symbol).entry(number_of(symbol)).references.fetch_add(1, std::memory_order_relaxed);
}

void release(Symbol symbol) {
  if (symbol != 0) shard_of(symbol).release(number_of(symbol));
}

std::string_view view(Symbol symbol) {
  return symbol == 0 ? std::string_view{} : shard_of(symbol).entry(number_of(symbol)).view();
}

uint64_t text_hash(Symbol symbol) {
  return symbol == 0 ? 0 : shard_of(symbol).entry(number_of(symbol)).hash;
}

Symbol find(std::string_view text) {
  if (text.empty()) return 0;
  const uint64_t hash = XXH3_64bits(text.data(), text.size());
  uint32_t number = 0;
  return shards()[hash & (kShards - 1)].find(text, hash, number) ? symbol_of(number, hash) : 0;
}

Stats stats() {
  Stats out;
  for (Shard& shard : shards()) shard.add_stats(out);
  return out;
}

}  // namespace tocsin::base::symbols
