// In steady state a commit takes no memory from the heap. Counts calls of operator new.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "tests/unit/tsdb/writing.h"

namespace {

thread_local uint64_t allocations = 0;

// Not inlined: compilers that see through a replaced operator new complain about free().
[[gnu::noinline]] void release(void* memory) { std::free(memory); }
[[gnu::noinline]] void* counted(size_t size, size_t align) {
  ++allocations;
  void* memory = align == 0 ? std::malloc(size)
                            : std::aligned_alloc(align, (size + align - 1) / align * align);
  if (memory == nullptr) std::abort();
  return memory;
}

}  // namespace

void* operator new(size_t size) { return counted(size, 0); }
void* operator new(size_t size, std::align_val_t align) {
  return counted(size, static_cast<size_t>(align));
}
// std::stable_sort asks for its buffer this way.
void* operator new(size_t size, const std::nothrow_t&) noexcept { return counted(size, 0); }
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { release(memory); }
void operator delete(void* memory, size_t) noexcept { release(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { release(memory); }
void operator delete(void* memory, size_t, std::align_val_t) noexcept { release(memory); }

namespace tocsin::tsdb {
namespace {

TEST(StoreAllocations, OnlyTheFirstColumnOfABlockTakesMemory) {
  tocsin::testing::FakeClock clock(kStart);
  Store store({}, clock);
  auto writer = store.open_stream("a");
  std::vector<base::Labels> labels;
  for (int i = 0; i < 500; ++i) labels.push_back(labels_of("x", std::to_string(i)));
  ASSERT_TRUE(writer->add_series(labels).ok());
  std::vector<uint64_t> taken;
  for (uint32_t c = 0; c < 3 * kRawColumns; ++c) {
    const uint64_t before = allocations;
    const auto column = writer->begin(kStart + c);
    ASSERT_TRUE(column.ok());
    std::fill(column->begin(), column->end(), c);
    ASSERT_TRUE(writer->commit().ok());
    taken.push_back(allocations - before);
  }
  // The first block may be a smaller one.
  size_t second = 1;
  while (second < kRawColumns && taken[second] == 0) ++second;
  for (size_t c = 0; c < taken.size(); ++c) {
    if (c == 0 || (c >= second && (c - second) % kRawColumns == 0)) {
      EXPECT_LE(taken[c], 13u) << "column " << c;
    } else {
      EXPECT_EQ(taken[c], 0u) << "column " << c;
    }
  }
}

class CountingVisitor final : public base::TileVisitor {
 public:
  void on_tile(const base::Tile& tile) override { rows += tile.rows; }
  void on_mixed(const base::MixedSeries&) override {}
  uint64_t rows = 0;
};

TEST(StoreAllocations, AWarmScanTakesNoMemory) {
  tocsin::testing::FakeClock clock(kStart);
  Store store({}, clock);
  auto scraped = store.open_stream("scraped");
  auto remote = store.open_stream("remote");
  std::vector<base::Labels> labels[2];
  for (int i = 0; i < 100; ++i) {
    labels[0].push_back(labels_of("x", "scraped " + std::to_string(i)));
    labels[1].push_back(labels_of("x", "remote " + std::to_string(i)));
  }
  ASSERT_TRUE(scraped->add_series(labels[0]).ok());
  ASSERT_TRUE(remote->add_series(labels[1]).ok());
  for (int c = 1; c <= 200; ++c) {
    const auto column = scraped->begin(kStart + c * 1000);
    ASSERT_TRUE(column.ok());
    std::fill(column->begin(), column->end(), c);
    ASSERT_TRUE(scraped->commit().ok());
    for (base::WriterRow row = 0; row < 100; ++row) remote->add_loose(row, kStart + c * 1000, c);
    ASSERT_TRUE(remote->commit().ok());
  }
  store.housekeep();
  const auto selection = *store.select(metric_is("x"));
  const auto rows = selection->rows();
  const auto scan = [&] {
    CountingVisitor seen;
    const base::Status status = selection->scan(*rows, {0, 200}, {kStart, kStart + 200'000}, seen);
    return status.ok() ? seen.rows : 0;
  };
  EXPECT_EQ(scan(), 200u);
  const uint64_t before = allocations;
  EXPECT_EQ(scan(), 200u);
  EXPECT_EQ(allocations - before, 0u);
}

}  // namespace
}  // namespace tocsin::tsdb
