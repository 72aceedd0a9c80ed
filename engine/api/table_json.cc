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

/// Writes label sets; what sets with the same names have in common is made once.
class LabelText {
 public:
  explicit LabelText(const promql::RowLabels& rows)
      : skipped_(rows.is_nameless() ? base::symbols::find(base::kMetricName) : 0) {}

  void append(std::string& out, const base::Labels& labels) {
    const auto names = labels.names();
    const auto values = labels.values();
    if (names.data() != last_names_) prepare(names);
    out += '{';
    for (size_t i = 0; i < names.size(); ++i) {
      if (names[i] == skipped_) continue;
      out += keys_[i];
      base::append_plain_json_string(out, base::symbols::view(values[i]));
    }
    out += '}';
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

  const base::Symbol skipped_;
  const base::Symbol* last_names_ = nullptr;
  std::vector<std::string> keys_;  ///< By label: ,"name":
};

class TableWriter {
 public:
  TableWriter(std::string& out, const SampleTable& table, bool matrix)
      : out_(out),
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
    for (size_t begin = 0; begin < rows.size(); begin += rows_at_once) {
      const auto some = rows.subspan(begin, std::min(rows_at_once, rows.size() - begin));
      if (!frame.has_histograms()) gather(some);
      for (size_t i = 0; i < some.size(); ++i) {
        const bool fits = frame.has_histograms()
                              ? write_mixed(some[i])
                              : write_floats(some[i], {gathered_.data() + i * steps, steps});
        if (!fits) return false;
      }
    }
    return true;
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
    out_ += written_ == 0 ? "{\"metric\":" : ",{\"metric\":";
    labels_.append(out_, table_.schema->labels.stored()[row]);
    ++written_;
    return true;
  }

  bool write_floats(uint32_t row, std::span<const double> values) {
    const auto first = std::ranges::find_if_not(values, base::is_absent);
    if (first == values.end()) return true;
    if (!begin_series(row)) return false;
    out_ += matrix_ ? ",\"values\":[" : ",\"value\":";
    for (size_t step = static_cast<size_t>(first - values.begin()); step < values.size(); ++step) {
      if (!base::is_absent(values[step])) write_point(stamps_[step], values[step]);
    }
    flush();
    out_.pop_back();  // The last comma.
    out_ += matrix_ ? "]}" : "}";
    return true;
  }

  /// [time,"value"], with a comma behind it.
  void write_point(const Stamp& stamp, double value) {
    constexpr size_t kPointMax = base::kTimestampTextMax + base::kSampleTextMax + 8;
    if (room_.size() - used_ < kPointMax) flush();
    char* at = room_.data() + used_;
    *at++ = '[';
    std::memcpy(at, stamp.text.data(), stamp.text.size());
    at += stamp.size;
    *at++ = ',';
    *at++ = '"';
    at = base::write_sample(at, value);
    std::memcpy(at, "\"],", 3);
    used_ = static_cast<size_t>(at + 3 - room_.data());
  }
  void flush() {
    out_.append(room_.data(), used_);
    used_ = 0;
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
    append_samples(out_, series.points, matrix_);
    return true;
  }

  std::string& out_;
  const SampleTable& table_;
  const bool matrix_;
  LabelText labels_;
  std::vector<Stamp> stamps_;  ///< By step.
  std::vector<double> gathered_;
  std::array<char, 4096> room_;
  size_t used_ = 0;
  size_t limit_ = 0;
  size_t written_ = 0;
};

}  // namespace

bool append_table(std::string& out, const SampleTable& table, bool matrix, size_t limit) {
  return TableWriter(out, table, matrix).write(limit);
}

}  // namespace tocsin::api
