#include "engine/remote/histogram_message.h"

#include <protozero/exception.hpp>

#include "engine/base/histogram_check.h"

// The types of fields are the sender's: checks of them throw, and do not end the process.
#define protozero_assert(x) ((x) ? void() : throw protozero::unknown_pbf_wire_type_exception())
#include <protozero/pbf_reader.hpp>

namespace tocsin::remote {
namespace {

constexpr uint64_t kBucketsMax = 100'000;

std::string_view view(const protozero::data_view& data) { return {data.data(), data.size()}; }

base::HistogramSpan parse_span(std::string_view message) {
  base::HistogramSpan out;
  protozero::pbf_reader in(message.data(), message.size());
  while (in.next()) {
    if (in.tag() == 1) {
      out.offset = in.get_sint32();
    } else if (in.tag() == 2) {
      out.length = in.get_uint32();
    } else {
      in.skip();
    }
  }
  return out;
}

void add_deltas(protozero::pbf_reader& in, std::vector<double>& counts) {
  uint64_t count = 0;  // Wraps where a hostile sum would overflow.
  for (const int64_t delta : in.get_packed_sint64()) {
    count += static_cast<uint64_t>(delta);
    counts.push_back(static_cast<double>(static_cast<int64_t>(count)));
  }
}

void add_counts(protozero::pbf_reader& in, std::vector<double>& counts) {
  for (const double count : in.get_packed_double()) counts.push_back(count);
}

base::CounterResetHint hint_of(int32_t value) {
  switch (value) {
    case 1:
      return base::CounterResetHint::kReset;
    case 2:
      return base::CounterResetHint::kNotReset;
    case 3:
      return base::CounterResetHint::kGauge;
    default:
      return base::CounterResetHint::kUnknown;
  }
}

void read_field(protozero::pbf_reader& in, base::FloatHistogram& h, base::TimestampMs& t) {
  switch (in.tag()) {
    case 1:
      h.count = static_cast<double>(in.get_uint64());
      return;
    case 2:
      h.count = in.get_double();
      return;
    case 3:
      h.sum = in.get_double();
      return;
    case 4:
      h.schema = in.get_sint32();
      return;
    case 5:
      h.zero_threshold = in.get_double();
      return;
    case 6:
      h.zero_count = static_cast<double>(in.get_uint64());
      return;
    case 7:
      h.zero_count = in.get_double();
      return;
    case 8:
      h.negative_spans.push_back(parse_span(view(in.get_view())));
      return;
    case 9:
      add_deltas(in, h.negative_buckets);
      return;
    case 10:
      add_counts(in, h.negative_buckets);
      return;
    case 11:
      h.positive_spans.push_back(parse_span(view(in.get_view())));
      return;
    case 12:
      add_deltas(in, h.positive_buckets);
      return;
    case 13:
      add_counts(in, h.positive_buckets);
      return;
    case 14:
      h.counter_reset_hint = hint_of(in.get_enum());
      return;
    case 15:
      t = in.get_int64();
      return;
    case 16:
      add_counts(in, h.custom_values);
      return;
    default:
      in.skip();
  }
}

}  // namespace

std::optional<TimedHistogram> parse_histogram_message(std::string_view message) {
  auto h = std::make_shared<base::FloatHistogram>();
  base::TimestampMs t = 0;
  protozero::pbf_reader in(message.data(), message.size());
  while (in.next()) read_field(in, *h, t);
  const bool too_large =
      h->positive_buckets.size() > kBucketsMax || h->negative_buckets.size() > kBucketsMax;
  if (too_large || !base::is_valid(*h)) return std::nullopt;
  return TimedHistogram{t, std::move(h)};
}

}  // namespace tocsin::remote
