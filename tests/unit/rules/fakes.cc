#include "tests/unit/rules/fakes.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/base/number.h"
#include "rules/rule_file.h"

namespace tocsin::rules {

using base::Labels;
using base::TimestampMs;

namespace {

struct FakeRows final : base::RowSet {};

class FakeSelection final : public base::Selection {
 public:
  FakeSelection(const FakeStore& store, base::Matchers matchers)
      : store_(store), matchers_(std::move(matchers)) {}

  std::shared_ptr<const base::RowSet> rows() override {
    std::vector<Labels> found;
    for (const auto& [labels, samples] : store_.series()) {
      if (base::matches_all(matchers_, labels)) found.push_back(labels);
    }
    if (rows_ == nullptr || rows_->labels != found) {
      auto fresh = std::make_shared<FakeRows>();
      fresh->version = ++version_;
      fresh->labels = std::move(found);
      if (!fresh->labels.empty()) fresh->writers = {FakeStore::kScrapeWriter};
      rows_ = std::move(fresh);
    }
    return rows_;
  }

  base::Status scan(const base::RowSet& rows, base::RowRange range, const base::ScanWindow& window,
                    base::TileVisitor& visitor) const override {
    for (uint32_t row = range.begin; row < range.end; ++row) {
      const auto& samples = store_.series().at(rows.labels[row]);
      std::vector<TimestampMs> t;
      std::vector<const double*> values;
      for (auto at = samples.upper_bound(window.from);
           at != samples.end() && at->first <= window.to; ++at) {
        t.push_back(at->first);
        values.push_back(&at->second);
      }
      if (t.empty()) continue;
      const std::vector<uint8_t> maybe(t.size(), 1);
      visitor.on_tile({row, 1, t, values.data(), maybe.data(), maybe.data()});
    }
    return {};
  }

 private:
  const FakeStore& store_;
  const base::Matchers matchers_;
  std::shared_ptr<const base::RowSet> rows_;
  uint64_t version_ = 0;
};

}  // namespace

/// Keeps the contract of StreamWriter: automatic stale markers, rows given again after removal.
class FakeWriter final : public base::StreamWriter {
 public:
  explicit FakeWriter(FakeStore& store) : store_(store) {}

  base::Result<base::WriterRow> add_series(std::span<const Labels> labels) override {
    const auto first = static_cast<base::WriterRow>(rows_.size());
    for (const Labels& l : labels) rows_.push_back({l, false, false});
    return first;
  }
  std::vector<base::WriterRow> rows_of(std::span<const Labels> labels) const override {
    std::vector<base::WriterRow> found(labels.size(), base::kNoRow);
    for (size_t i = 0; i < labels.size(); ++i) {
      for (size_t row = 0; row < rows_.size(); ++row) {
        const bool is_it = !rows_[row].removed && rows_[row].labels == labels[i];
        if (is_it) found[i] = static_cast<base::WriterRow>(row);
      }
    }
    return found;
  }
  void remove_series(base::WriterRow row) override { rows_[row].removed = true; }
  base::Result<std::span<double>> begin(TimestampMs t) override {
    if (has_last_ && t <= last_) return base::Error{base::Code::kInvalid, "out of order column"};
    t_ = t;
    column_.assign(rows_.size(), base::absent_marker());
    return std::span<double>(column_);
  }
  std::span<double> column() override { return column_; }
  void add_loose(base::WriterRow row, TimestampMs t, double v) override {
    store_.add(rows_[row].labels, t, v);
  }
  void add_histogram(base::WriterRow, TimestampMs, base::HistogramPtr) override {}
  base::Result<base::CommitStats> commit() override {
    base::CommitStats stats;
    for (size_t i = 0; i < rows_.size(); ++i) {
      Row& row = rows_[i];
      const bool has_value = !base::is_absent(column_[i]) && !row.removed;
      if (has_value) {
        store_.add(row.labels, t_, column_[i]);
        ++stats.samples;
      } else if (row.live) {
        store_.add(row.labels, t_, base::stale_marker());
        ++stats.stale;
      }
      row.live = has_value;
    }
    last_ = t_;
    has_last_ = true;
    ++store_.commits_;
    return stats;
  }
  void abandon() override { column_.clear(); }
  base::Status close(TimestampMs t) override {
    for (Row& row : rows_) {
      if (row.live) store_.add(row.labels, t, base::stale_marker());
      row.live = false;
    }
    return {};
  }

 private:
  struct Row {
    Labels labels;
    bool live;
    bool removed;
  };
  FakeStore& store_;
  std::vector<Row> rows_;
  std::vector<double> column_;
  TimestampMs t_ = 0;
  TimestampMs last_ = 0;
  bool has_last_ = false;
};

std::string FakeStore::show(const Labels& labels) const {
  const auto found = series_.find(labels);
  if (found == series_.end()) return "no series";
  std::string out;
  for (const auto& [t, v] : found->second) {
    if (!out.empty()) out += ' ';
    out += std::to_string(t / 1000) + ":" + (base::is_stale(v) ? "stale" : base::format_fixed(v));
  }
  return out;
}

base::Result<std::shared_ptr<base::Selection>> FakeStore::select(const base::Matchers& matchers) {
  return std::shared_ptr<base::Selection>(std::make_shared<FakeSelection>(*this, matchers));
}

base::Result<std::vector<Labels>> FakeStore::series(const std::vector<base::Matchers>&, TimestampMs,
                                                    TimestampMs) {
  return base::Error{base::Code::kUnsupported, "not needed by rules"};
}

std::unique_ptr<base::StreamWriter> FakeStore::open_stream(std::string) {
  return std::make_unique<FakeWriter>(*this);
}

base::Result<promql::QueryResult> FakeQuery::run(const promql::EvalRange&,
                                                 const promql::CancelFlag*) {
  return base::Error{base::Code::kUnsupported, "rules run instant queries"};
}

base::Result<promql::InstantFrame> FakeQuery::run_instant(TimestampMs t,
                                                          const promql::CancelFlag*) {
  script_->asked.push_back(t);
  if (!script_->error.empty()) return base::Error{base::Code::kInvalid, script_->error};
  if (schema_ == nullptr || schema_->id != script_->schema_id) {
    auto schema = std::make_shared<promql::Schema>();
    schema->id = script_->schema_id;
    schema->labels = script_->rows;
    schema_ = std::move(schema);
  }
  values_.assign(schema_->labels.size(), base::absent_marker());
  present_.assign((values_.size() + 63) / 64, 0);
  for (const auto& [row, value] : script_->values) {
    values_[row] = value;
    present_[row / 64] |= uint64_t{1} << (row % 64);
  }
  histograms_.assign(script_->histograms.empty() ? 0 : values_.size(), nullptr);
  for (const auto& [row, histogram] : script_->histograms) {
    histograms_[row] = histogram;
    present_[row / 64] |= uint64_t{1} << (row % 64);
  }
  promql::InstantFrame frame;
  frame.schema = schema_;
  frame.values = values_;
  frame.present = present_;
  frame.histograms = histograms_;
  return frame;
}

std::string World::metric(const std::string& begin) const {
  const std::string page = metrics.expose();
  const size_t at = page.find("\n" + begin);
  if (at == std::string::npos) return "";
  return page.substr(at + 1, page.find('\n', at + 1) - at - 1);
}

std::vector<GroupSpec> groups_of(std::string_view text, const std::string& path) {
  auto file = parse_rule_file(text, path);
  if (file) return std::move(file->groups);
  ADD_FAILURE() << file.error().front().to_string();
  return {};
}

RuleSpec rule_of(std::string_view text) { return groups_of(text).at(0).rules.at(0); }

}  // namespace tocsin::rules
