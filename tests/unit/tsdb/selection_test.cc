// Selections that nobody holds any more are kept for those who ask again soon.
#include <gtest/gtest.h>

#include "tests/unit/tsdb/reading.h"
#include "tests/unit/tsdb/writing.h"

namespace tocsin::tsdb {
namespace {

class RecentSelectionsTest : public ::testing::Test {
 protected:
  uint64_t version(const std::string& metric) {
    return (*store_.select(metric_is(metric)))->rows()->version;
  }

  tocsin::testing::FakeClock clock_{kStart};
  Store store_{{.selections_max = 100}, clock_};
  Scraper writer_{store_, "a"};
};

TEST_F(RecentSelectionsTest, AreTheSameForAWhile) {
  writer_.scrape(kStart, {{"x", 1}});
  const uint64_t first = version("x");
  EXPECT_EQ(version("x"), first);
  clock_.advance(base::kMinute);
  store_.housekeep();
  EXPECT_EQ(version("x"), first);
  EXPECT_EQ(store_.stats().selections, 1u);
  clock_.advance(3 * base::kMinute);
  store_.housekeep();
  EXPECT_EQ(store_.stats().selections, 0u);
  EXPECT_NE(version("x"), first);
}

TEST_F(RecentSelectionsTest, HearOfNewSeries) {
  writer_.scrape(kStart, {{"x", 1}});
  const auto all = [&] { return (*store_.select({}))->rows()->labels.size(); };
  EXPECT_EQ(all(), 1u);
  writer_.scrape(kStart + 1000, {{"x", 1}, {"y", 1}});
  EXPECT_EQ(all(), 2u);
}

TEST_F(RecentSelectionsTest, AreBoundedAndGiveWayToThoseInUse) {
  for (int i = 0; i < 90; ++i) version("m" + std::to_string(i));
  store_.housekeep();
  EXPECT_EQ(store_.stats().selections, 64u);
  std::vector<std::shared_ptr<base::Selection>> held;
  for (int i = 0; i < 100; ++i) {
    const auto selection = store_.select(metric_is("held" + std::to_string(i)));
    ASSERT_TRUE(selection.ok()) << i;
    held.push_back(*selection);
  }
  EXPECT_EQ(store_.select(metric_is("one more")).error().code, base::Code::kLimit);
}

}  // namespace
}  // namespace tocsin::tsdb
