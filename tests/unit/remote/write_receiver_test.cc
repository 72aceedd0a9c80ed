#include "engine/remote/write_receiver.h"

#include <gtest/gtest.h>

#include "engine/tsdb/store.h"
#include "tests/support/fake_time.h"

namespace tocsin::remote {
namespace {

class WriteReceiverTest : public ::testing::Test {
 protected:
  WriteRequest request(base::TimestampMs t, double v, std::string_view job = "x") const {
    WriteRequest out;
    out.series.push_back({base::Labels::of({{"__name__", "m"}, {"job", job}}), {{t, v}}, {}});
    return out;
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
