#include "engine/remote/write_request.h"

#include <gtest/gtest.h>

#include <bit>

#include "tests/unit/remote/messages.h"

namespace tocsin::remote {
namespace {

using testing::compress;
using testing::request_message;
using testing::series_message;

TEST(WriteRequest, ReadsSeriesAndKeepsStaleMarkers) {
  const std::string message = request_message({series_message(
      {{"job", "x"}, {"__name__", "up"}}, {{1000, 1}, {2000, base::stale_marker()}})});
  const auto request = decode_write_request(compress(message));
  ASSERT_TRUE(request) << request.error().message;
  ASSERT_EQ(request->series.size(), 1u);
  EXPECT_EQ(request->series[0].labels, base::Labels::of({{"__name__", "up"}, {"job", "x"}}));
  EXPECT_EQ(request->series[0].samples[0].v, 1);
  EXPECT_TRUE(base::is_stale(request->series[0].samples[1].v));
}

TEST(WriteRequest, SkipsSeriesWhoseLabelsAreNotValid) {
  const std::vector<base::Sample> one = {{1000, 1}};
  const auto request = parse_write_request(request_message({
      series_message({{"job", "x"}}, one),                               // No name.
      series_message({{"__name__", "a"}, {"b", "1"}, {"b", "2"}}, one),  // Repeated.
      series_message({{"__name__", "a"}, {"b", "\xff"}}, one),           // Not UTF-8.
      series_message({{"__name__", "good"}}, one),
  }));
  ASSERT_TRUE(request);
  EXPECT_EQ(request->skipped, 3u);
  EXPECT_EQ(request->series.size(), 1u);
}

TEST(WriteRequest, ReadsIntegerHistogramsAsAbsoluteCounts) {
  std::string histogram;
  {
    protozero::pbf_writer h(histogram);
    h.add_uint64(1, 6);
    h.add_double(3, 12.5);
    h.add_sint32(4, 1);
    h.add_uint64(6, 1);
    {
      protozero::pbf_writer span(h, 11);
      span.add_sint32(1, -1);
      span.add_uint32(2, 3);
    }
    const std::vector<int64_t> deltas = {1, 1, -1};
    h.add_packed_sint64(12, deltas.begin(), deltas.end());
    h.add_int64(15, 7000);
  }
  std::string series;
  protozero::pbf_writer writer(series);
  {
    protozero::pbf_writer label(writer, 1);
    label.add_string(1, "__name__");
    label.add_string(2, "latency");
  }
  writer.add_message(4, histogram);
  const auto request = parse_write_request(request_message({series}));
  ASSERT_TRUE(request);
  ASSERT_EQ(request->series.at(0).histograms.size(), 1u);
  const TimedHistogram& out = request->series[0].histograms[0];
  EXPECT_EQ(out.t, 7000);
  EXPECT_EQ(out.h->count, 6);
  EXPECT_EQ(out.h->schema, 1);
  EXPECT_EQ(out.h->positive_buckets, (std::vector<double>{1, 2, 1}));
}

TEST(WriteRequest, RefusesWhatIsNotSnappyNotTheMessageOrTooLarge) {
  EXPECT_EQ(decode_write_request("not snappy").error().code, base::Code::kInvalid);
  EXPECT_EQ(decode_write_request(compress("\x0a\xff")).error().code, base::Code::kInvalid);
  // Declares 4 GiB in a few bytes: refused before memory is taken.
  EXPECT_EQ(decode_write_request("\xff\xff\xff\xff\x0f").error().code, base::Code::kLimit);
  const std::string message = request_message({series_message({{"__name__", "a"}}, {{1, 1}})});
  EXPECT_EQ(decode_write_request(compress(message), {.bytes_max = 4}).error().code,
            base::Code::kLimit);
}

}  // namespace
}  // namespace tocsin::remote
