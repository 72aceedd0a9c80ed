#include "engine/remote/write_request.h"

#include <snappy.h>

#include <algorithm>
#include <cstring>
#include <protozero/exception.hpp>

#include "engine/remote/histogram_message.h"

// The types of fields are the sender's: checks of them throw, and do not end the process.
#define protozero_assert(x) ((x) ? void() : throw protozero::unknown_pbf_wire_type_exception())
#include <protozero/pbf_reader.hpp>

namespace tocsin::remote {
namespace {

using base::Code;
using base::Error;

std::string_view view(const protozero::data_view& data) { return {data.data(), data.size()}; }

base::LabelView parse_label(std::string_view message) {
  base::LabelView out;
  protozero::pbf_reader in(message.data(), message.size());
  while (in.next()) {
    if (in.tag() == 1) {
      out.name = view(in.get_view());
    } else if (in.tag() == 2) {
      out.value = view(in.get_view());
    } else {
      in.skip();
    }
  }
  return out;
}

base::Sample parse_any_sample(std::string_view message) {
  base::Sample out;
  protozero::pbf_reader in(message.data(), message.size());
  while (in.next()) {
    if (in.tag() == 1) {
      out.v = base::from_outside(in.get_double());
    } else if (in.tag() == 2) {
      out.t = in.get_int64();
    } else {
      in.skip();
    }
  }
  return out;
}

// Nearly all samples are a double and a varint, in this order.
base::Sample parse_sample(std::string_view message) {
  constexpr size_t kVarintAt = 10;
  constexpr size_t kVarintMax = 9;  // Longer ones are negative.
  const bool is_usual = message.size() > kVarintAt && message.size() <= kVarintAt + kVarintMax &&
                        message[0] == '\x09' && message[kVarintAt - 1] == '\x10';
  if (!is_usual) return parse_any_sample(message);
  uint64_t t = 0;
  const size_t last = message.size() - 1;
  for (size_t i = kVarintAt; i <= last; ++i) {
    const auto byte = static_cast<uint8_t>(message[i]);
    if ((byte < 0x80) != (i == last)) return parse_any_sample(message);
    t |= static_cast<uint64_t>(byte & 0x7f) << (7 * (i - kVarintAt));
  }
  double v = 0;
  std::memcpy(&v, message.data() + 1, sizeof v);
  return {static_cast<base::TimestampMs>(t), base::from_outside(v)};
}

class Parser {
 public:
  Parser(const WriteLimits& limits, WriteRequest& out) : limits_(limits), out_(out) {}

  // Throws protozero::exception on a broken message.
  base::Status parse(std::string_view message) {
    protozero::pbf_reader in(message.data(), message.size());
    while (in.next()) {
      if (in.tag() == 1) {
        RETURN_IF_ERROR(parse_series(view(in.get_view())));
      } else {
        in.skip();  // Metadata: not stored.
      }
    }
    return {};
  }

 private:
  base::Status parse_series(std::string_view message) {
    const WrittenSeries begin = ends();
    bool is_valid = true;
    protozero::pbf_reader in(message.data(), message.size());
    while (in.next()) {
      switch (in.tag()) {
        case 1:
          out_.labels.push_back(parse_label(view(in.get_view())));
          if (out_.labels.size() > limits_.labels_max) return too_many("labels");
          break;
        case 2:
          out_.samples.push_back(parse_sample(view(in.get_view())));
          if (out_.samples.size() > limits_.samples_max) return too_many("samples");
          break;
        case 4: {
          auto histogram = parse_histogram_message(view(in.get_view()));
          is_valid = is_valid && histogram.has_value();
          if (histogram) out_.histograms.push_back(*std::move(histogram));
          break;
        }
        default:
          in.skip();  // Exemplars: none are stored.
      }
    }
    finish(begin, is_valid);
    return {};
  }

  WrittenSeries ends() const {
    WrittenSeries series;
    series.labels.begin = static_cast<uint32_t>(out_.labels.size());
    series.samples.begin = static_cast<uint32_t>(out_.samples.size());
    series.histograms.begin = static_cast<uint32_t>(out_.histograms.size());
    return series;
  }

  void finish(WrittenSeries series, bool is_valid) {
    const WrittenSeries end = ends();
    if (is_valid && end.labels.begin > series.labels.begin) {
      series.labels.end = end.labels.begin;
      series.samples.end = end.samples.begin;
      series.histograms.end = end.histograms.begin;
      out_.series.push_back(series);
      return;
    }
    ++out_.skipped;
    out_.labels.resize(series.labels.begin);
    out_.samples.resize(series.samples.begin);
    out_.histograms.resize(series.histograms.begin);
  }

  static base::Status too_many(const std::string& what) {
    return {Code::kLimit, "the body has too many " + what};
  }

  const WriteLimits& limits_;
  WriteRequest& out_;
};

base::Status parse_into(std::string_view message, const WriteLimits& limits, WriteRequest& out) {
  constexpr size_t kSampleBytes = 18;  // Of a present-day timestamp and a value.
  out.samples.reserve(message.size() / kSampleBytes);
  // protozero reports a broken message by throwing; it ends here.
  try {
    return Parser(limits, out).parse(message);
  } catch (const protozero::exception& broken) {
    return {Code::kInvalid, std::string("the body is not a WriteRequest: ") + broken.what()};
  }
}

}  // namespace

base::Result<WriteRequest> parse_write_request(std::string_view message,
                                               const WriteLimits& limits) {
  WriteRequest out;
  RETURN_IF_ERROR(parse_into(message, limits, out));
  return out;
}

base::Result<WriteRequest> decode_write_request(std::string_view compressed,
                                                const WriteLimits& limits) {
  size_t length = 0;
  if (!snappy::GetUncompressedLength(compressed.data(), compressed.size(), &length)) {
    return Error{Code::kInvalid, "the body is not snappy-compressed (block format)"};
  }
  if (length > limits.bytes_max) {
    return Error{Code::kLimit, "the body declares " + std::to_string(length) + " bytes; at most " +
                                   std::to_string(limits.bytes_max) + " are taken"};
  }
  WriteRequest out;
  out.message = std::make_unique_for_overwrite<char[]>(length);
  if (!snappy::RawUncompress(compressed.data(), compressed.size(), out.message.get())) {
    return Error{Code::kInvalid, "the body is not snappy-compressed (block format)"};
  }
  RETURN_IF_ERROR(parse_into({out.message.get(), length}, limits, out));
  return out;
}

std::optional<base::Labels> valid_labels(std::span<const base::LabelView> labels) {
  std::vector<base::LabelView> sorted(labels.begin(), labels.end());
  std::ranges::sort(sorted, {}, &base::LabelView::name);
  bool has_name = false;
  for (size_t i = 0; i < sorted.size(); ++i) {
    const base::LabelView& label = sorted[i];
    const bool repeats = i > 0 && sorted[i - 1].name == label.name;
    if (label.name.empty() || repeats) return std::nullopt;
    if (!base::is_utf8(label.name) || !base::is_utf8(label.value)) return std::nullopt;
    has_name = has_name || (label.name == base::kMetricName && !label.value.empty());
  }
  if (!has_name) return std::nullopt;
  return base::Labels::of(sorted);
}

}  // namespace tocsin::remote
