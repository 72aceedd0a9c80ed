#include "engine/base/slab_pool.h"

#include <new>

namespace tocsin::base {
namespace {

// A little less than what it is aligned to: the heap's own header then fits between two chunks.
constexpr size_t kUsableBytes = SlabPool::kChunkBytes - 64;

struct FreeObject {
  FreeObject* next;
};

}  // namespace

/// At the start of every chunk; found from an object by rounding its address down.
struct SlabPool::Chunk {
  Chunk* previous = nullptr;  // Neighbours among the chunks with room.
  Chunk* next = nullptr;
  FreeObject* given_back = nullptr;
  uint32_t live = 0;
  uint32_t never_used = 0;  // Objects at the end that were never taken.

  static Chunk* of(void* object) {
    const auto address = reinterpret_cast<uintptr_t>(object);
    return reinterpret_cast<Chunk*>(address & ~(uintptr_t{kChunkBytes} - 1));
  }
  std::byte* end() { return reinterpret_cast<std::byte*>(this) + kUsableBytes; }
  bool is_full() const { return given_back == nullptr && never_used == 0; }
};

void* SlabPool::take() {
  const std::lock_guard lock(mutex_);
  Chunk* chunk = with_room_ != nullptr ? with_room_ : add_chunk();
  void* object = nullptr;
  if (chunk->given_back != nullptr) {
    object = chunk->given_back;
    chunk->given_back = chunk->given_back->next;
  } else {
    object = chunk->end() - chunk->never_used-- * object_bytes_;
  }
  ++chunk->live;
  if (chunk->is_full()) unlink(chunk);
  return object;
}

void SlabPool::give(void* object) {
  const std::lock_guard lock(mutex_);
  Chunk* chunk = Chunk::of(object);
  if (chunk->is_full()) link(chunk);
  chunk->given_back = new (object) FreeObject{chunk->given_back};
  if (--chunk->live > 0) return;
  unlink(chunk);
  --chunks_;
  ::operator delete (chunk, std::align_val_t{kChunkBytes});
}

size_t SlabPool::bytes() const {
  const std::lock_guard lock(mutex_);
  return chunks_ * kChunkBytes;
}

SlabPool::Chunk* SlabPool::add_chunk() {
  void* memory = ::operator new (kUsableBytes, std::align_val_t{kChunkBytes});
  auto* chunk = new (memory) Chunk();
  // Up to seven bytes at the end stay unused, so that objects are aligned as the chunk's end is.
  chunk->never_used = static_cast<uint32_t>((kUsableBytes - sizeof(Chunk)) / object_bytes_);
  ++chunks_;
  link(chunk);
  return chunk;
}

void SlabPool::link(Chunk* chunk) {
  chunk->previous = nullptr;
  chunk->next = with_room_;
  if (with_room_ != nullptr) with_room_->previous = chunk;
  with_room_ = chunk;
}

void SlabPool::unlink(Chunk* chunk) {
  (chunk->previous != nullptr ? chunk->previous->next : with_room_) = chunk->next;
  if (chunk->next != nullptr) chunk->next->previous = chunk->previous;
}

}  // namespace tocsin::base
