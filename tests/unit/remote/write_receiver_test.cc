#include "engine/remote/write_receiver.h"

#include <gtest/gtest.h>

#include "engine/tsdb/store.h"
#include "tests/support/fake_time.h"
#include "tests/unit/remote/messages.h"

namespace tocsin::remote {
namespace {

class WriteReceiverTest : public ::testing::Test {
 protected:
  static WriteRequest decode(const std::vector<std::string>& series) {
    return *decode_write_request(testing::compress(testing::request_message(series)));
  }
  static WriteRequest request(base::TimestampMs t, double v, const std::string& job = "x") {
    return decode({testing::series_message({{"__name__", "m"}, {"job", job}}, {{t, v}})});
  }
  size_t series() {
    return store_.series({{base::Matcher::equal("__name__", "m")}}, 0, clock_.now() + base::kHour)
        ->size();
  }

  ::tocsin::testing::FakeClock clock_;
  tsdb::Store store_{{}, clock_};
  base::MetricRegistry metrics_;
  WriteReceiver receiver_{store_, clock_, metrics_};
};

TEST_F(WriteReceiverTest, StoresSamplesOfSeveralRequests) {
  const base::TimestampMs now = clock_.now();
  EXPECT_EQ(receiver_.write(request(now - 2000, 1))->samples, 1u);
  EXPECT_EQ(receiver_.write(request(now - 1000, 2))->samples, 1u);
  EXPECT_EQ(receiver_.write(request(now, 3, "y"))->samples, 1u);
  EXPECT_EQ(series(), 2u);
}

TEST_F(WriteReceiverTest, ASeriesIsOneRowHoweverItsLabelsAreWritten) {
  const base::TimestampMs now = clock_.now();
  const testing::LabelList sorted = {{"__name__", "m"}, {"job", "x"}};
  const testing::LabelList unsorted = {{"job", "x"}, {"none", ""}, {"__name__", "m"}};
  const auto outcome = receiver_.write(decode({
      testing::series_message(unsorted, {{now - 5000, 1}}),
      testing::series_message(sorted, {{now - 4000, 1}}),
      testing::series_message(unsorted, {{now - 3000, 1}, {now - 6000, 1}}),
  }));
  EXPECT_EQ(outcome->samples, 3u);
  EXPECT_EQ(outcome->out_of_order, 1u);
  EXPECT_EQ(receiver_.write(request(now, 2))->samples, 1u);
  EXPECT_EQ(series(), 1u);
  EXPECT_EQ(store_.stats().series_created, 1u);
}

TEST_F(WriteReceiverTest, SkipsSeriesWhoseLabelsAreNotValid) {
  const base::TimestampMs now = clock_.now();
  const auto outcome = receiver_.write(decode({
      testing::series_message({{"job", "x"}}, {{now, 1}}),
      testing::series_message({}, {{now, 1}}),
      testing::series_message({{"__name__", "m"}}, {{now, 1}}),
  }));
  EXPECT_EQ(outcome->skipped_series, 2u);
  EXPECT_EQ(outcome->samples, 1u);
}

TEST_F(WriteReceiverTest, CountsWhatItRefuses) {
  const base::TimestampMs now = clock_.now();
  ASSERT_TRUE(receiver_.write(request(now, 1)));
  EXPECT_EQ(receiver_.write(request(now - 1, 1))->out_of_order, 1u);
  EXPECT_EQ(receiver_.write(request(now, 2))->duplicate, 1u);
  EXPECT_TRUE(receiver_.write(request(now, 1))->all_stored());  // The same again is no error.
  EXPECT_EQ(receiver_.write(request(now + kFutureMax + 1, 1))->too_far, 1u);
}

TEST_F(WriteReceiverTest, AStaleMarkerEndsASeries) {
  const base::TimestampMs now = clock_.now();
  ASSERT_TRUE(receiver_.write(request(now - 1000, 1)));
  EXPECT_TRUE(receiver_.write(request(now, base::stale_marker()))->all_stored());
}

}  // namespace
}  // namespace tocsin::remote
