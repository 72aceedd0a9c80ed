// Counts what a benchmark asks of the heap.
#include <cstdlib>
#include <new>

#include "bench/bench.h"

namespace {

thread_local uint64_t calls = 0;

// Not inlined: compilers that see through a replaced operator new complain about free().
[[gnu::noinline]] void* take(size_t size, size_t align) {
  ++calls;
  void* memory = align == 0 ? std::malloc(size == 0 ? 1 : size)
                            : std::aligned_alloc(align, (size + align - 1) / align * align);
  if (memory == nullptr) std::abort();
  return memory;
}
[[gnu::noinline]] void release(void* memory) { std::free(memory); }

}  // namespace

uint64_t tocsin::bench::allocations() { return calls; }

void* operator new(size_t size) { return take(size, 0); }
void* operator new(size_t size, std::align_val_t align) {
  return take(size, static_cast<size_t>(align));
}
// std::stable_sort asks for its buffer this way.
void* operator new(size_t size, const std::nothrow_t&) noexcept { return take(size, 0); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete(void* memory, size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { release(memory); }
