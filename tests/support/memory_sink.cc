#include "tests/support/memory_sink.h"

#include <algorithm>

#include "engine/base/number.h"

namespace tocsin::testing {

using base::Code;
using base::Error;
using base::Result;
using base::Status;
using base::WriterRow;

std::string SinkMemory::samples(const std::string& labels) const {
  const auto found = series.find(labels);
  std::string out;
  if (found == series.end()) return out;
  for (const base::Sample& sample : found->second) {
    if (!out.empty()) out += ' ';
    out += base::is_stale(sample.v) ? "stale" : base::format_sample(sample.v);
    out += "@" + std::to_string(sample.t);
  }
  return out;
}

namespace {

class MemoryWriter final : public base::StreamWriter {
 public:
  explicit MemoryWriter(SinkMemory& memory) : memory_(memory) { ++memory_.open_streams; }
  ~MemoryWriter() override { --memory_.open_streams; }

  Result<WriterRow> add_series(std::span<const base::Labels> labels) override {
    if (rows_.size() + labels.size() > memory_.rows_max) return Error{Code::kLimit, "full"};
    const auto first = static_cast<WriterRow>(rows_.size());
    for (const base::Labels& label_set : labels) rows_.push_back({label_set.to_metric()});
    if (open_) column_.resize(rows_.size(), base::absent_marker());
    return first;
  }
  std::vector<WriterRow> rows_of(std::span<const base::Labels> labels) const override {
    std::vector<WriterRow> found;
    for (const base::Labels& label_set : labels) {
      const std::string name = label_set.to_metric();
      const auto row = std::find_if(rows_.begin(), rows_.end(),
                                    [&](const Row& r) { return !r.ending && r.name == name; });
      const bool is_known = row != rows_.end();
      found.push_back(is_known ? static_cast<WriterRow>(row - rows_.begin()) : base::kNoRow);
    }
    return found;
  }
  void remove_series(WriterRow row) override { rows_[row].ending = true; }

  Result<std::span<double>> begin(base::TimestampMs t) override {
    if (t <= last_t_) return Error{Code::kInvalid, "the column is not later than the last one"};
    open_ = true;
    t_ = t;
    column_.assign(rows_.size(), base::absent_marker());
    loose_.clear();
    return std::span<double>(column_);
  }
  std::span<double> column() override { return column_; }
  void add_loose(WriterRow row, base::TimestampMs t, double v) override {
    loose_.push_back({row, {t, v}});
  }
  void add_histogram(WriterRow, base::TimestampMs, base::HistogramPtr) override {}

  Result<base::CommitStats> commit() override {
    base::CommitStats stats;
    for (const auto& [row, sample] : loose_) memory_.series[rows_[row].name].push_back(sample);
    for (size_t i = 0; i < rows_.size(); ++i) {
      Row& row = rows_[i];
      const bool has_value = !base::is_absent(column_[i]);
      if (has_value) memory_.series[row.name].push_back({t_, column_[i]});
      if (!has_value && row.had_value) {
        memory_.series[row.name].push_back({t_, base::stale_marker()});
        ++stats.stale;
      }
      stats.samples += has_value ? 1 : 0;
      row.had_value = has_value;
    }
    last_t_ = t_;
    open_ = false;
    return stats;
  }
  void abandon() override { open_ = false; }

  Status close(base::TimestampMs t) override {
    for (Row& row : rows_) {
      if (row.had_value) memory_.series[row.name].push_back({t, base::stale_marker()});
      row.had_value = false;
    }
    return {};
  }

 private:
  struct Row {
    std::string name;
    bool had_value = false;
    bool ending = false;
  };
  SinkMemory& memory_;
  std::vector<Row> rows_;
  std::vector<double> column_;
  std::vector<std::pair<WriterRow, base::Sample>> loose_;
  base::TimestampMs t_ = 0;
  base::TimestampMs last_t_ = 0;
  bool open_ = false;
};

}  // namespace

std::unique_ptr<base::StreamWriter> MemorySink::open_stream(std::string) {
  return std::make_unique<MemoryWriter>(memory_);
}

}  // namespace tocsin::testing
