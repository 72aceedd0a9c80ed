// In steady state a rule's evaluation asks for no memory at all.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "running.h"

namespace {
std::atomic<uint64_t> allocations{0};

void* counted(std::size_t bytes) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
// std::stable_sort asks in this way.
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(bytes == 0 ? 1 : bytes);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace tocsin::promql::test {
namespace {

/// 50 targets × 20 series of counters, and 50 × 10 buckets of histograms; ten minutes at 15 s.
void fill_fleet(TableSource& source) {
  for (int target = 0; target < 50; ++target) {
    Table& table = source.add_table();
    const std::string instance = "host-" + std::to_string(target);
    const auto add = [&](std::string_view name, std::string_view label, const std::string& value) {
      table.labels.push_back(base::Labels::of(
          {{"__name__", name}, {"instance", instance}, {"job", "api"}, {label, value}}));
    };
    for (int i = 0; i < 10; ++i) add("errors_total", "code", std::to_string(500 + i));
    for (int i = 0; i < 10; ++i) add("requests_total", "code", std::to_string(500 + i));
    for (int i = 0; i < 9; ++i) add("latency_seconds_bucket", "le", std::to_string(1 << i));
    add("latency_seconds_bucket", "le", "+Inf");
    for (int c = 0; c < 40; ++c) {
      std::vector<double> values;
      for (size_t row = 0; row < table.labels.size(); ++row) {
        values.push_back(static_cast<double>((row % 10 + 1) * static_cast<size_t>(c + 1)));
      }
      table.add_column(c * 15'000, std::move(values));
    }
  }
}

class Allocation : public testing::TestWithParam<const char*> {};

TEST_P(Allocation, NoneInSteadyState) {
  TableSource source;
  fill_fleet(source);
  auto query = prepare(GetParam(), source);
  ASSERT_TRUE(query.ok()) << query.error().to_string();
  // The first run learns the schema, the second has all its room.
  for (base::TimestampMs t = 500'000; t < 520'000; t += 10'000) {
    ASSERT_TRUE((*query)->run_instant(t).ok());
  }
  const uint64_t before = allocations.load();
  uint64_t found = 0;
  for (base::TimestampMs t = 520'000; t < 560'000; t += 10'000) {
    auto frame = (*query)->run_instant(t);
    if (!frame.ok()) break;
    for (size_t row = 0; row < frame->schema->labels.size(); ++row)
      found += frame->has(row) ? 1 : 0;
  }
  EXPECT_EQ(allocations.load() - before, 0u);
  EXPECT_GT(found, 0u) << "a rule that finds nothing proves nothing";
}

INSTANTIATE_TEST_SUITE_P(RuleShapes, Allocation,
                         testing::Values("errors_total > 100",
                                         "rate(errors_total[5m]) / rate(requests_total[5m]) > 0.01",
                                         "rate(requests_total[5m]) > 0.01",
                                         "sum by (job) (rate(requests_total[5m])) > 0.01",
                                         "histogram_quantile(0.99, sum by (le, instance) "
                                         "(rate(latency_seconds_bucket[5m]))) > 0.01"));

}  // namespace
}  // namespace tocsin::promql::test
