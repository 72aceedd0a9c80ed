// Memory for many small objects of one size, without a header for each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>

namespace tocsin::base {

/// Objects of one size, cut from aligned chunks; a chunk whose last object is given back goes back
/// to the system. Thread-safe. Objects must be given back before the pool dies.
class SlabPool {
 public:
  static constexpr size_t kChunkBytes = 16 * 1024;
  static constexpr size_t kObjectBytesMax = 256;

  /// `object_bytes`: a multiple of 8, at most kObjectBytesMax.
  explicit SlabPool(size_t object_bytes) : object_bytes_(object_bytes) {}
  SlabPool(const SlabPool&) = delete;
  SlabPool& operator=(const SlabPool&) = delete;
  ~SlabPool() = default;

  /// Uninitialised memory, aligned to 8 bytes.
  void* take();
  /// Gives it back.
  void give(void* object);
  /// Bytes of all chunks.
  size_t bytes() const;

 private:
  struct Chunk;
  Chunk* add_chunk();
  void link(Chunk* chunk);
  void unlink(Chunk* chunk);

  const size_t object_bytes_;
  mutable std::mutex mutex_;
  Chunk* with_room_ = nullptr;  // Doubly linked.
  size_t chunks_ = 0;
};

}  // namespace tocsin::base
