// Memory of raw chunks, kept for the next chunk of the same size: blocks come and go all the time,
// and between them frozen chunks and label sets would break the heap into pieces.
#pragma once

#include <cstddef>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace tocsin::tsdb {

/// Thread-safe.
class ChunkPool {
 public:
  static constexpr size_t kAlign = 64;

  ChunkPool() = default;
  ChunkPool(const ChunkPool&) = delete;
  ChunkPool& operator=(const ChunkPool&) = delete;
  ~ChunkPool();

  /// `bytes` of uninitialised memory, on a cache line.
  void* take(size_t bytes);
  /// Gives it back.
  void give(void* memory, size_t bytes);
  /// Returns to the system what was not needed since the last trim.
  void trim();
  /// Held in reserve.
  size_t idle_bytes() const;

 private:
  struct Shelf {
    std::vector<void*> idle;
    size_t least_idle = 0;  // Since the last trim.
  };
  mutable std::mutex mutex_;
  std::unordered_map<size_t, Shelf> shelves_;  // By size.
};

}  // namespace tocsin::tsdb
