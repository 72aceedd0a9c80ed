#include "engine/api/table_json.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include "engine/api/result_json.h"
#include "engine/base/json_writer.h"
#include "engine/base/number.h"
#include "engine/base/sample.h"

namespace tocsin::api {
namespace {

using promql::Frame;
using promql::SampleTable;

/// A piece of JSON that is written for every series or step.
struct Stamp {
  std::array<char, base::kTimestampTextMax> text;
  size_t size = 0;
};

/// Text on its way to a string, in pieces that fit into the first cache.
class Room {
 public:
  explicit Room(std::string& out) : out_(out) {}
  /// A place for `bytes`, at most kLargest; they count once commit() says where they end.
  char* at_least(size_t bytes) {
    if (text_.size() - used_ < bytes) flush();
    return text_.data() + used_;
  }
  void commit(const char* end) { used_ = static_cast<size_t>(end - text_.data()); }
  void append(std::string_view text) {
    if (text.size() > kLargest) {
      flush();
      out_ += text;
      return;
    }
    char* const at = at_least(text.size());
    std::memcpy(at, text.data(), text.size());
    commit(at + text.size());
  }
  /// Takes back the last byte written.
  void take_back() {
    if (used_ > 0) {
      --used_;
    } else {
      out_.pop_back();
    }
  }
  void flush() {
    out_.append(text_.data(), used_);
    used_ = 0;
  }

  static constexpr size_t kLargest = 4096;

 private:
  std::string& out_;
  std::array<char, 4 * kLargest> text_;
  size_t used_ = 0;
};

/// True when the text stands in JSON as it is; `at` gets it.
bool copy_if_plain(std::string_view text, char* at) {
  unsigned escapes = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    escapes |= static_cast<unsigned>(c < 0x20) | static_cast<unsigned>(c == '"') |
               static_cast<unsigned>(c == '\\');
    at[i] = text[i];
  }
  return escapes == 0;
}

/// Writes label sets; what sets with the same names have in common is made once.
class LabelText {
 public:
  explicit LabelText(const promql::RowLabels& rows)
      : skipped_(rows.is_nameless() ? base::symbols::find(base::kMetricName) : 0) {}

  void append(Room& out, const base::Labels& labels) {
    const auto names = labels.names();
    const auto values = labels.values();
    if (names.data() != last_names_) prepare(names);
    out.append("{");
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == skipped_) continue;
      out.append(keys_[i]);
      append_value(out, base::symbols::view(values[i]));
    }
    out.append("}");
  }

 private:
  void prepare(std::span<const base::Symbol> names) {
    last_names_ = names.data();
    keys_.assign(names.size(), {});
    bool first = true;
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == skipped_) continue;
      if (!first) keys_[i] += ',';
      first = false;
      base::append_plain_json_string(keys_[i], base::symbols::view(names[i]));
      keys_[i] += ':';
    }
  }
  void append_value(Room& out, std::string_view value) {
    if (value.size() + 2 <= Room::kLargest) {
      char* const at = out.at_least(value.size() + 2);
      if (copy_if_plain(value, at + 1)) {
        at[0] = '"';
        at[value.size() + 1] = '"';
        out.commit(at + value.size() + 2);
        return;
      }
    }
    escaped_.clear();
    base::append_plain_json_string(escaped_, value);
    out.append(escaped_);
  }

  const base::Symbol skipped_;
  const base::Symbol* last_names_ = nullptr;
  std::vector<std::string> keys_;  ///< By label: ,"name":
  std::string escaped_;
};

class TableWriter {
 public:
  TableWriter(std::string& out, const SampleTable& table, bool matrix)
      : out_(out),
        room_(out),
        table_(table),
        matrix_(matrix),
        labels_(table.schema->labels),
        stamps_(table.grid.steps) {
    for (size_t step = 0; step < stamps_.size(); ++step) {
      Stamp& stamp = stamps_[step];
      char* const begin = stamp.text.data();
      stamp.size = static_cast<size_t>(base::write_timestamp(begin, table.grid.at(step)) - begin);
    }
  }

  bool write(size_t limit) {
    limit_ = limit;
    const Frame& frame = table_.frame;
    const size_t steps = table_.grid.steps;
    // Values of a series lie apart in the frame: some series are gathered at once, so that reading
    // them does not wait for each.
    constexpr size_t kValuesAtOnce = 16 * 1024;
    const size_t rows_at_once = std::clamp<size_t>(kValuesAtOnce / steps, 1, 256);
    gathered_.resize(rows_at_once * steps);
    const std::span<const uint32_t> rows = table_.rows;
    bool fits = true;
    for (size_t begin = 0; fits && begin < rows.size(); begin += rows_at_once) {
      const auto some = rows.subspan(begin, std::min(rows_at_once, rows.size() - begin));
      if (!frame.has_histograms()) gather(some);
      for (size_t i = 0; fits && i < some.size(); ++i) {
        fits = frame.has_histograms()
                   ? write_mixed(some[i])
                   : write_floats(some[i], {gathered_.data() + i * steps, steps});
      }
    }
    room_.flush();
    return fits;
  }

 private:
  void gather(std::span<const uint32_t> rows) {
    const Frame& frame = table_.frame;
    const size_t steps = table_.grid.steps;
    for (size_t step = 0; step < steps; ++step) {
      for (size_t i = 0; i < rows.size(); ++i) {
        gathered_[i * steps + step] =
            frame.has(step, rows[i]) ? frame.at(step, rows[i]) : base::absent_marker();
      }
    }
  }

  /// False when there is a series too many.
  bool begin_series(uint32_t row) {
    if (limit_ != 0 && written_ == limit_) return false;
    room_.append(written_ == 0 ? "{\"metric\":" : ",{\"metric\":");
    labels_.append(room_, table_.schema->labels.stored()[row]);
    ++written_;
    return true;
  }

  bool write_floats(uint32_t row, std::span<const double> values) {
    const auto first = std::ranges::find_if_not(values, base::is_absent);
    if (first == values.end()) return true;
    if (!begin_series(row)) return false;
    room_.append(matrix_ ? ",\"values\":[" : ",\"value\":");
    for (size_t step = static_cast<size_t>(first - values.begin()); step < values.size(); ++step) {
      if (!base::is_absent(values[step])) write_point(stamps_[step], values[step]);
    }
    room_.take_back();  // The last comma.
    room_.append(matrix_ ? "]}" : "}");
    return true;
  }

  /// [time,"value"], with a comma behind it.
  void write_point(const Stamp& stamp, double value) {
    char* at = room_.at_least(base::kTimestampTextMax + base::kSampleTextMax + 8);
    *at++ = '[';
    std::memcpy(at, stamp.text.data(), stamp.text.size());
    at += stamp.size;
    *at++ = ',';
    *at++ = '"';
    at = base::write_sample(at, value);
    std::memcpy(at, "\"],", 3);
    room_.commit(at + 3);
  }

  bool write_mixed(uint32_t row) {
    const Frame& frame = table_.frame;
    promql::ResultSeries series;
    for (size_t step = 0; step < table_.grid.steps; ++step) {
      if (!frame.has(step, row)) continue;
      const base::HistogramPtr& h = frame.histograms[step * frame.rows + row];
      series.points.push_back({table_.grid.at(step), h != nullptr ? 0 : frame.at(step, row), h});
    }
    if (series.points.empty()) return true;
    if (!begin_series(row)) return false;
    room_.flush();
    append_samples(out_, series.points, matrix_);
    return true;
  }

  std::string& out_;
  Room room_;
  const SampleTable& table_;
  const bool matrix_;
  LabelText labels_;
  std::vector<Stamp> stamps_;  ///< By step.
  std::vector<double> gathered_;
  size_t limit_ = 0;
  size_t written_ = 0;
};

}  // namespace

bool append_table(std::string& out, const SampleTable& table, bool matrix, size_t limit) {
  // A guess, so that a large answer is not copied again and again while it grows. What is not
  // needed of it is never touched.
  constexpr size_t kBytesPerPoint = 34;
  constexpr size_t kBytesPerSeries = 160;
  const size_t rows = limit == 0 ? table.rows.size() : std::min(limit, table.rows.size());
  const size_t points = std::min<size_t>(table.frame.count(), rows * table.grid.steps);
  out.reserve(out.size() + points * kBytesPerPoint + rows * kBytesPerSeries);
  return TableWriter(out, table, matrix).write(limit);
}

}  // namespace tocsin::api
