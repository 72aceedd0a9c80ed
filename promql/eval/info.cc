#include "promql/eval/info.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "promql/eval/projection.h"

namespace tocsin::promql {
namespace {

const std::vector<std::string>& identifying_labels() {
  static const std::vector<std::string> kLabels = {"instance", "job"};
  return kLabels;
}

bool is_positive(const base::Matcher& matcher) {
  return matcher.op() == base::MatchOp::kEqual || matcher.op() == base::MatchOp::kRegex;
}

/// What an info series and those it speaks of have in common, under the info metric's name.
base::Labels signature(const base::Labels& labels, std::string_view info_name) {
  return labels.keep(identifying_labels()).with(base::kMetricName, info_name);
}

bool accepts_nothing(const std::map<std::string, base::Matchers>& data) {
  return std::all_of(data.begin(), data.end(), [](const auto& of_label) {
    return std::all_of(of_label.second.begin(), of_label.second.end(),
                       [](const base::Matcher& matcher) { return matcher.matches_empty(); });
  });
}

/// The values that the series to be joined have for each identifying label; labels that none has
/// are left out.
using Values = std::map<std::string, std::set<std::string, std::less<>>>;

bool is_wanted(const base::Labels& info, const Values& values) {
  return !values.empty() && std::all_of(values.begin(), values.end(), [&](const auto& of_label) {
    return of_label.second.contains(info.get(of_label.first));
  });
}

}  // namespace

InfoSpec info_spec(const base::Matchers& selector) {
  InfoSpec spec;
  for (const base::Matcher& matcher : selector) {
    if (matcher.name() == base::kMetricName) {
      spec.names.push_back(matcher);
    } else {
      spec.data[matcher.name()].push_back(matcher);
    }
  }
  if (std::any_of(spec.names.begin(), spec.names.end(), is_positive)) return spec;
  if (spec.names.empty()) {
    spec.names = {base::Matcher::equal(std::string(base::kMetricName), "target_info")};
  } else if (auto made = base::Matcher::make(base::MatchOp::kRegex, std::string(base::kMetricName),
                                             ".+_info")) {
    spec.names.insert(spec.names.begin(), *std::move(made));
  }
  return spec;
}

base::Matchers info_matchers(const InfoSpec& spec) {
  base::Matchers matchers = spec.names;
  for (const auto& [label, of_label] : spec.data)
    matchers.insert(matchers.end(), of_label.begin(), of_label.end());
  return matchers;
}

base::Status Info::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(child_->eval(grid, run));
  RETURN_IF_ERROR(info_->eval(grid, run));
  bind_rows();
  result_ = make_schema(run.ids());
  row_of_.clear();
  struct Entry {
    uint32_t step;
    uint32_t from;
    uint32_t to;
  };
  std::vector<Entry> entries;
  const Frame& input = child_->frame();
  for (uint32_t step = 0; step < grid.steps; ++step) {
    RETURN_IF_ERROR(run.check_sometimes());
    if (!input.any(step)) continue;
    RETURN_IF_ERROR(find_newest(step));
    for (uint32_t row = 0; row < input.rows; ++row) {
      if (!input.has(step, row)) continue;
      uint32_t out_row = 0;
      ASSIGN_OR_RETURN(const bool placed, place(row, out_row));
      if (placed) entries.push_back({step, row, out_row});
    }
  }
  const bool unchanged = schema_ != nullptr && schema_->labels == result_->labels &&
                         schema_->drop_name == result_->drop_name;
  if (!unchanged) schema_ = result_;
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  for (const Entry& entry : entries) {
    if (frame().has(entry.step, entry.to)) return same_labelset();
    frame().copy_sample(input, entry.step, entry.from, entry.step, entry.to);
  }
  return {};
}

void Info::bind_rows() {
  const bool same = child_schema_ == child_->schema() && info_schema_ == info_->schema();
  child_schema_ = child_->schema();
  info_schema_ = info_->schema();
  if (!same) {
    bases_.assign(child_schema_->rows(), {});
    bind_info_rows();
    bind_base_rows();
  }
  for (Base& base : bases_) base.out_row = 0;
}

void Info::bind_info_rows() {
  Values values;
  for (size_t row = 0; row < bases_.size(); ++row) {
    const base::Labels& labels = child_schema_->labels[row];
    const std::string_view name = labels.metric_name();
    bases_[row].untouched =
        std::all_of(spec_.names.begin(), spec_.names.end(),
                    [name](const base::Matcher& matcher) { return matcher.matches(name); });
    if (bases_[row].untouched) continue;
    for (const std::string& label : identifying_labels()) {
      if (const auto value = labels.get(label); !value.empty()) values[label].emplace(value);
    }
  }
  std::map<base::Labels, uint32_t> numbers;
  info_signature_.assign(info_schema_->rows(), kNone);
  for (size_t row = 0; row < info_signature_.size(); ++row) {
    const base::Labels& labels = info_schema_->labels[row];
    if (!is_wanted(labels, values)) continue;
    const auto next = static_cast<uint32_t>(numbers.size());
    info_signature_[row] =
        numbers.try_emplace(signature(labels, labels.metric_name()), next).first->second;
  }
  newest_.assign(numbers.size(), kNone);
}

void Info::bind_base_rows() {
  std::map<base::Labels, uint32_t> numbers;
  std::set<std::string, std::less<>> names;
  for (size_t row = 0; row < info_signature_.size(); ++row) {
    if (info_signature_[row] == kNone) continue;
    const base::Labels& labels = info_schema_->labels[row];
    numbers.emplace(signature(labels, labels.metric_name()), info_signature_[row]);
    names.emplace(labels.metric_name());
  }
  for (size_t row = 0; row < bases_.size(); ++row) {
    for (const std::string& name : names) {
      const auto found = numbers.find(signature(child_schema_->labels[row], name));
      if (found != numbers.end()) bases_[row].signatures.push_back(found->second);
    }
  }
}

base::Status Info::find_newest(size_t step) {
  std::fill(newest_.begin(), newest_.end(), kNone);
  const Frame& input = info_->frame();
  for (uint32_t row = 0; row < input.rows; ++row) {
    if (!input.has(step, row) || info_signature_[row] == kNone) continue;
    if (input.is_histogram(step, row)) return {base::Code::kInvalid, "info sample should be float"};
    uint32_t& newest = newest_[info_signature_[row]];
    const double t = input.at(step, row);
    if (newest != kNone && input.at(step, newest) == t) {
      const std::string at = " @ " + std::to_string(std::llround(t * 1000));
      std::string message = "found duplicate series for info metric: existing ";
      message += info_schema_->labels[newest].to_braces() + at;
      message += ", new " + info_schema_->labels[row].to_braces() + at;
      return {base::Code::kInvalid, std::move(message)};
    }
    if (newest == kNone || input.at(step, newest) < t) newest = row;
  }
  return {};
}

base::Result<bool> Info::place(uint32_t row, uint32_t& out_row) {
  Base& base = bases_[row];
  partners_.clear();
  for (const uint32_t s : base.signatures) {
    if (!base.untouched && newest_[s] != kNone) partners_.push_back(newest_[s]);
  }
  if (!base.untouched && partners_.empty() && !accepts_nothing(spec_.data)) return false;
  if (base.out_row == 0 || base.partners != partners_) {
    const base::Labels& labels = child_schema_->labels[row];
    base::LabelsBuilder added;
    for (const uint32_t info_row : partners_) RETURN_IF_ERROR(add_labels(labels, info_row, added));
    base::LabelsBuilder all(labels);
    for (const auto& [name, value] : added.labels()) all.set(name, value);
    base.out_row = row_for(all.build(), child_schema_->drops_name(row)) + 1;
    base.partners = partners_;
  }
  out_row = base.out_row - 1;
  return true;
}

base::Status Info::add_labels(const base::Labels& series, uint32_t info_row,
                              base::LabelsBuilder& added) const {
  const base::Labels& info = info_schema_->labels[info_row];
  for (size_t i = 0; i < info.size(); ++i) {
    const auto [name, value] = info[i];
    if (name == base::kMetricName) continue;
    if (!spec_.data.empty() && !spec_.data.contains(std::string(name))) continue;
    if (const auto other = added.get(name); !other.empty() && other != value)
      return {base::Code::kInvalid, "conflicting label: " + std::string(name)};
    if (!series.has(name)) added.set(name, value);
  }
  return {};
}

uint32_t Info::row_for(const base::Labels& labels, bool drop_name) {
  const auto next = static_cast<uint32_t>(result_->labels.size());
  const auto [entry, fresh] = row_of_.try_emplace(labels, next);
  if (!fresh) return entry->second;
  result_->labels.push_back(labels);
  if (drop_name) result_->drop_name.resize(next, 0);
  if (drop_name || !result_->drop_name.empty()) result_->drop_name.push_back(drop_name ? 1 : 0);
  return next;
}

}  // namespace tocsin::promql
