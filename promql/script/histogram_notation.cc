#include "promql/script/histogram_notation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "engine/base/number.h"

namespace tocsin::promql {
namespace {

using base::Code;
using base::CounterResetHint;
using base::Error;
using base::FloatHistogram;
using base::Result;

constexpr std::array<std::string_view, 4> kHints = {"unknown", "reset", "not_reset", "gauge"};

Error invalid(std::string message) { return {Code::kInvalid, std::move(message)}; }

bool ends_value(char c) { return c == ' ' || c == '\t' || c == ']' || c == '}'; }

std::string_view take_value(TextCursor& cursor) {
  return cursor.take_while([](char c) { return !ends_value(c); });
}

Result<double> take_float(TextCursor& cursor) {
  const std::string_view text = take_value(cursor);
  if (const auto value = base::parse_float(text)) return *value;
  return invalid("not a number in a histogram description: \"" + std::string(text) + "\"");
}

Result<int32_t> take_integer(TextCursor& cursor) {
  const std::string_view text = take_value(cursor);
  int32_t value = 0;
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (!text.empty() && error == std::errc() && at == text.data() + text.size()) return value;
  return invalid("not an integer in a histogram description: \"" + std::string(text) + "\"");
}

Result<std::vector<double>> take_list(TextCursor& cursor) {
  if (!cursor.accept("[")) return invalid("expected \"[\" in a histogram description");
  std::vector<double> values;
  for (cursor.skip_spaces(); !cursor.accept("]"); cursor.skip_spaces()) {
    ASSIGN_OR_RETURN(const double value, take_float(cursor));
    values.push_back(value);
  }
  return values;
}

class DescriptionParser {
 public:
  explicit DescriptionParser(TextCursor& cursor) : cursor_(cursor) {}

  Result<HistogramText> parse() {
    if (!cursor_.accept("{{")) return invalid("expected \"{{\"");
    for (cursor_.skip_spaces(); !cursor_.accept("}}"); cursor_.skip_spaces()) {
      const std::string_view key =
          cursor_.take_while([](char c) { return c != ':' && !ends_value(c); });
      if (key.empty() || !cursor_.accept(":")) {
        return invalid(
            "expected a histogram description key, e.g. buckets:[5 10 7], instead of \"" +
            std::string(key.empty() ? cursor_.rest() : key) + "\"");
      }
      RETURN_IF_ERROR(note(key));
      RETURN_IF_ERROR(parse_value(key));
    }
    place(positive_offset_, h_.positive_buckets, h_.positive_spans);
    place(negative_offset_, h_.negative_buckets, h_.negative_spans);
    return HistogramText{std::make_shared<const FloatHistogram>(std::move(h_)), hint_given_};
  }

 private:
  base::Status note(std::string_view key) {
    if (std::find(seen_.begin(), seen_.end(), key) != seen_.end()) {
      return invalid("duplicate key \"" + std::string(key) + "\" in histogram");
    }
    seen_.push_back(key);
    return {};
  }

  base::Status parse_value(std::string_view key) {
    if (key == "schema") return parse_schema();
    if (key == "offset") return store(take_integer(cursor_), positive_offset_);
    if (key == "n_offset") return store(take_integer(cursor_), negative_offset_);
    if (key == "sum") return store(take_float(cursor_), h_.sum);
    if (key == "count") return store(take_float(cursor_), h_.count);
    if (key == "z_bucket") return store(take_float(cursor_), h_.zero_count);
    if (key == "z_bucket_w") return store(take_float(cursor_), h_.zero_threshold);
    if (key == "buckets") return store(take_list(cursor_), h_.positive_buckets);
    if (key == "n_buckets") return store(take_list(cursor_), h_.negative_buckets);
    if (key == "custom_values") return store(take_list(cursor_), h_.custom_values);
    if (key == "counter_reset_hint") return parse_hint();
    return invalid("bad histogram descriptor found: \"" + std::string(key) + "\"");
  }

  base::Status parse_schema() {
    RETURN_IF_ERROR(store(take_integer(cursor_), h_.schema));
    const bool known = h_.uses_custom_buckets() || (h_.schema >= -4 && h_.schema <= 8);
    if (known) return {};
    return invalid("a histogram's schema is -53 or from -4 to 8, not " + std::to_string(h_.schema));
  }

  base::Status parse_hint() {
    const std::string_view word = take_value(cursor_);
    const auto* at = std::find(kHints.begin(), kHints.end(), word);
    if (at == kHints.end()) {
      return invalid("unknown counter_reset_hint \"" + std::string(word) + "\" in histogram");
    }
    h_.counter_reset_hint = static_cast<CounterResetHint>(at - kHints.begin());
    hint_given_ = true;
    return {};
  }

  template <class T>
  static base::Status store(Result<T> from, T& to) {
    if (!from) return std::move(from).error();
    to = *std::move(from);
    return {};
  }

  static void place(int32_t offset, const std::vector<double>& buckets,
                    std::vector<base::HistogramSpan>& spans) {
    if (!buckets.empty()) spans = {{offset, static_cast<uint32_t>(buckets.size())}};
  }

  TextCursor& cursor_;
  FloatHistogram h_;
  int32_t positive_offset_ = 0;
  int32_t negative_offset_ = 0;
  bool hint_given_ = false;
  std::vector<std::string_view> seen_;
};

void append_number(std::string& out, std::string_view key, double value) {
  out.append(" ").append(key).append(":").append(base::format_general(value));
}

void append_list(std::string& out, std::string_view key, const std::vector<double>& values) {
  out.append(" ").append(key).append(":[");
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ' ';
    out += base::format_general(values[i]);
  }
  out += ']';
}

// The buckets of all spans in one list; "_x7" stands for the seven between two spans.
void append_buckets(std::string& out, std::string_view prefix,
                    const std::vector<base::HistogramSpan>& spans,
                    const std::vector<double>& buckets) {
  if (spans.empty()) return;
  if (spans.front().offset != 0) {
    append_number(out, std::string(prefix) + "offset", spans.front().offset);
  }
  out.append(" ").append(prefix).append("buckets:[");
  size_t next = 0;
  for (size_t i = 0; i < spans.size(); ++i) {
    if (i > 0) out += " _x" + std::to_string(spans[i].offset) + " ";
    for (uint32_t k = 0; k < spans[i].length && next < buckets.size(); ++k) {
      if (k > 0) out += ' ';
      out += base::format_general(buckets[next++]);
    }
  }
  out += ']';
}

}  // namespace

Result<HistogramText> take_histogram(TextCursor& cursor) {
  return DescriptionParser(cursor).parse();
}

std::string histogram_text(const FloatHistogram& h) {
  std::string out = "{{schema:" + std::to_string(h.schema);
  append_number(out, "count", h.count);
  append_number(out, "sum", h.sum);
  if (h.zero_count != 0) append_number(out, "z_bucket", h.zero_count);
  if (h.zero_threshold != 0) append_number(out, "z_bucket_w", h.zero_threshold);
  if (!h.custom_values.empty()) append_list(out, "custom_values", h.custom_values);
  if (h.counter_reset_hint != CounterResetHint::kUnknown) {
    out.append(" counter_reset_hint:");
    out.append(kHints[static_cast<size_t>(h.counter_reset_hint)]);
  }
  append_buckets(out, "", h.positive_spans, h.positive_buckets);
  append_buckets(out, "n_", h.negative_spans, h.negative_buckets);
  return out + "}}";
}

}  // namespace tocsin::promql
