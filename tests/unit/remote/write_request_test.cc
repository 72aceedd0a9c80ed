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
  const WrittenSeries& series = request->series[0];
  EXPECT_EQ(valid_labels(request->labels_of(series)),
            base::Labels::of({{"__name__", "up"}, {"job", "x"}}));
  const auto samples = request->samples_of(series);
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_EQ(samples[0].t, 1000);
  EXPECT_EQ(samples[0].v, 1);
  EXPECT_TRUE(base::is_stale(samples[1].v));
}

TEST(WriteRequest, ReadsSamplesInAnyForm) {
  const std::vector<base::Sample> samples = {
      {0, 0}, {-1, 1}, {127, 1}, {128, -0.0}, {1'700'000'000'000, base::absent_marker()}};
  const std::string message = request_message({series_message({{"__name__", "a"}}, samples)});
  std::string swapped;  // Timestamp first, and a field that nobody knows.
  {
    protozero::pbf_writer series(swapped);
    protozero::pbf_writer(series, 1).add_string(1, "a");
    protozero::pbf_writer sample(series, 2);
    sample.add_int64(2, 5);
    sample.add_double(1, 7);
    sample.add_int64(9, 1);
  }
  const auto request = parse_write_request(message);
  ASSERT_TRUE(request);
  const auto read = request->samples_of(request->series.at(0));
  ASSERT_EQ(read.size(), samples.size());
  for (size_t i = 0; i < samples.size(); ++i) {
    EXPECT_EQ(read[i].t, samples[i].t);
    EXPECT_EQ(std::bit_cast<uint64_t>(read[i].v),
              std::bit_cast<uint64_t>(base::from_outside(samples[i].v)));
  }
  const std::string other = request_message({swapped});
  const auto odd = parse_write_request(other);
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->samples.at(0).t, 5);
  EXPECT_EQ(odd->samples.at(0).v, 7);
}

TEST(WriteRequest, TellsWhichLabelsAreValid) {
  using List = std::vector<base::LabelView>;
  EXPECT_FALSE(valid_labels(List{{"job", "x"}}));                               // No name.
  EXPECT_FALSE(valid_labels(List{{"__name__", "a"}, {"b", "1"}, {"b", "2"}}));  // Repeated.
  EXPECT_FALSE(valid_labels(List{{"__name__", "a"}, {"b", "\xff"}}));           // Not UTF-8.
  EXPECT_FALSE(valid_labels(List{{"__name__", "a"}, {"", "1"}}));
  EXPECT_EQ(valid_labels(List{{"b", ""}, {"__name__", "a"}}),
            base::Labels::of({{"__name__", "a"}}));
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
  const std::string message = request_message({series});
  const auto request = parse_write_request(message);
  ASSERT_TRUE(request);
  ASSERT_EQ(request->histograms_of(request->series.at(0)).size(), 1u);
  const TimedHistogram& out = request->histograms[0];
  EXPECT_EQ(out.t, 7000);
  EXPECT_EQ(out.h->count, 6);
  EXPECT_EQ(out.h->schema, 1);
  EXPECT_EQ(out.h->positive_buckets, (std::vector<double>{1, 2, 1}));
}

TEST(WriteRequest, RefusesFieldsOfAnotherType) {
  for (const std::string_view message : {
           "\x08\x01",                  // A number as a series.
           "\x0a\x02\x08\x01",          // … as a label,
           "\x0a\x02\x10\x01",          // a sample,
           "\x0a\x02\x20\x01",          // a histogram;
           "\x0a\x04\x0a\x02\x08\x01",  // as the name of a label,
           "\x0a\x04\x12\x02\x08\x01",  // the value of a sample,
           "\x0a\x04\x22\x02\x18\x01",  // the sum of a histogram,
           "\x0a\x04\x22\x02\x58\x01",  // its spans,
           "\x0a\x04\x22\x02\x60\x01",  // its counts.
       }) {
    const auto request = parse_write_request(message);
    ASSERT_FALSE(request.has_value());
    EXPECT_EQ(request.error().code, base::Code::kInvalid);
  }
}

TEST(WriteRequest, RefusesWhatIsNotSnappyNotTheMessageOrTooLarge) {
  EXPECT_EQ(decode_write_request("not snappy").error().code, base::Code::kInvalid);
  EXPECT_EQ(decode_write_request(compress("\x0a\xff")).error().code, base::Code::kInvalid);
  // Declares 4 GiB in a few bytes: refused before memory is taken.
  EXPECT_EQ(decode_write_request("\xff\xff\xff\xff\x0f").error().code, base::Code::kLimit);
  const std::string message = request_message({series_message({{"__name__", "a"}}, {{1, 1}})});
  const std::string body = compress(message);
  EXPECT_EQ(decode_write_request(body, {.bytes_max = 4}).error().code, base::Code::kLimit);
  EXPECT_EQ(decode_write_request(body, {.samples_max = 0}).error().code, base::Code::kLimit);
  EXPECT_EQ(decode_write_request(body, {.labels_max = 0}).error().code, base::Code::kLimit);
}

}  // namespace
}  // namespace tocsin::remote
