#include "engine/remote/write_request.h"

#include <snappy.h>

#include <algorithm>
#include <protozero/pbf_reader.hpp>

#include "engine/remote/histogram_message.h"

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

base::Sample parse_sample(std::string_view message) {
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

bool are_valid(std::vector<base::LabelView>& labels) {
  std::ranges::sort(labels, {}, &base::LabelView::name);
  bool has_name = false;
  for (size_t i = 0; i < labels.size(); ++i) {
    const base::LabelView& label = labels[i];
    if (label.name.empty() || !base::is_utf8(label.name) || !base::is_utf8(label.value))
      return false;
    if (i > 0 && labels[i - 1].name == label.name) return false;
    has_name = has_name || (label.name == base::kMetricName && !label.value.empty());
  }
  return has_name;
}

void parse_series(std::string_view message, WriteRequest& out) {
  WrittenSeries series;
  std::vector<base::LabelView> labels;
  bool valid = true;
  protozero::pbf_reader in(message.data(), message.size());
  while (in.next()) {
    switch (in.tag()) {
      case 1:
        labels.push_back(parse_label(view(in.get_view())));
        break;
      case 2:
        series.samples.push_back(parse_sample(view(in.get_view())));
        break;
      case 4: {
        auto histogram = parse_histogram_message(view(in.get_view()));
        valid = valid && histogram.has_value();
        if (histogram) series.histograms.push_back(*std::move(histogram));
        break;
      }
      default:
        in.skip();  // Exemplars: none are stored.
    }
  }
  if (!valid || !are_valid(labels)) {
    ++out.skipped;
    return;
  }
  series.labels = base::Labels::of(labels);
  out.series.push_back(std::move(series));
}

}  // namespace

base::Result<WriteRequest> parse_write_request(std::string_view message) {
  WriteRequest out;
  // protozero reports a broken message by throwing; it ends here.
  try {
    protozero::pbf_reader in(message.data(), message.size());
    while (in.next()) {
      if (in.tag() == 1) {
        parse_series(view(in.get_view()), out);
      } else {
        in.skip();  // Metadata: not stored.
      }
    }
  } catch (const protozero::exception& broken) {
    return Error{Code::kInvalid, std::string("the body is not a WriteRequest: ") + broken.what()};
  }
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
  std::string message;
  if (!snappy::Uncompress(compressed.data(), compressed.size(), &message)) {
    return Error{Code::kInvalid, "the body is not snappy-compressed (block format)"};
  }
  return parse_write_request(message);
}

}  // namespace tocsin::remote
