#include "engine/tsdb/chunk_pool.h"

#include <algorithm>
#include <new>

namespace tocsin::tsdb {
namespace {

void free_block(void* memory) { ::operator delete (memory, std::align_val_t{ChunkPool::kAlign}); }

}  // namespace

ChunkPool::~ChunkPool() {
  for (const auto& [bytes, shelf] : shelves_) {
    for (void* memory : shelf.idle) free_block(memory);
  }
}

void* ChunkPool::take(size_t bytes) {
  {
    const std::lock_guard lock(mutex_);
    const auto shelf = shelves_.find(bytes);
    if (shelf != shelves_.end() && !shelf->second.idle.empty()) {
      void* memory = shelf->second.idle.back();
      shelf->second.idle.pop_back();
      shelf->second.least_idle = std::min(shelf->second.least_idle, shelf->second.idle.size());
      return memory;
    }
  }
  return ::operator new (bytes, std::align_val_t{kAlign});
}

void ChunkPool::give(void* memory, size_t bytes) {
  const std::lock_guard lock(mutex_);
  shelves_[bytes].idle.push_back(memory);
}

void ChunkPool::trim() {
  const std::lock_guard lock(mutex_);
  for (auto at = shelves_.begin(); at != shelves_.end();) {
    Shelf& shelf = at->second;
    for (; shelf.least_idle > 0; --shelf.least_idle) {
      free_block(shelf.idle.back());
      shelf.idle.pop_back();
    }
    shelf.least_idle = shelf.idle.size();
    at = shelf.idle.empty() ? shelves_.erase(at) : std::next(at);
  }
}

size_t ChunkPool::idle_bytes() const {
  const std::lock_guard lock(mutex_);
  size_t bytes = 0;
  for (const auto& [size, shelf] : shelves_) bytes += size * shelf.idle.size();
  return bytes;
}

}  // namespace tocsin::tsdb
