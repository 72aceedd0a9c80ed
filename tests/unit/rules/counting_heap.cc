#include "tests/unit/rules/counting_heap.h"

#include <atomic>
#include <cstdlib>
#include <new>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TOCSIN_OTHER_HEAP 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TOCSIN_OTHER_HEAP 1
#endif

namespace {
std::atomic<uint64_t> count{0};
}  // namespace

#ifndef TOCSIN_OTHER_HEAP
void* operator new(size_t bytes) {
  count.fetch_add(1, std::memory_order_relaxed);
  if (void* block = std::malloc(bytes == 0 ? 1 : bytes)) return block;
  throw std::bad_alloc();
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, size_t) noexcept { std::free(block); }
#endif

namespace tocsin::rules {

bool counts_allocations() {
#ifdef TOCSIN_OTHER_HEAP
  return false;
#else
  return true;
#endif
}

uint64_t allocations() { return count.load(); }

}  // namespace tocsin::rules
