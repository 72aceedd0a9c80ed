#include "rules/recording_rule.h"

#include <bit>
#include <string>
#include <utility>

namespace tocsin::rules {

using base::Code;
using base::Status;

RecordingRule::RecordingRule(const RuleSpec& spec, TextPairs labels, RuleQuery query,
                             std::unique_ptr<base::StreamWriter> writer, int64_t limit)
    : Rule(spec, std::move(labels)),
      query_(std::move(query)),
      writer_(std::move(writer)),
      limit_(limit) {}

base::Labels RecordingRule::output_labels(const base::Labels& sample) const {
  base::LabelsBuilder builder(sample);
  builder.set(base::kMetricName, spec().name);
  for (const auto& [name, value] : labels()) builder.set(name, value);
  return builder.build();
}

void RecordingRule::map_rows(const promql::Schema& schema) {
  outputs_.clear();
  output_of_row_.clear();
  std::unordered_map<base::Labels, uint32_t, base::LabelsHash> index;
  for (size_t row = 0; row < schema.labels.size(); ++row) {
    base::Labels labels = output_labels(schema.labels.one(row));
    const auto [found, is_new] = index.try_emplace(labels, static_cast<uint32_t>(outputs_.size()));
    if (is_new) {
      Output& output = outputs_.emplace_back();
      if (const auto known = writer_rows_.extract(labels)) {
        output.row = known.mapped();
        output.has_row = true;
      }
      output.labels = std::move(labels);
    }
    output_of_row_.push_back(found->second);
  }
  for (const auto& [labels, row] : writer_rows_) writer_->remove_series(row);
  writer_rows_.clear();
  for (const Output& output : outputs_) {
    if (output.has_row) writer_rows_.emplace(output.labels, output.row);
  }
  schema_id_ = schema.id;
  has_schema_ = true;
}

Status RecordingRule::evaluate(const RulePass& pass, std::vector<base::Alert>&) {
  ASSIGN_OR_RETURN(frame_, query_.run(pass.query_ts));
  if (!has_schema_ || frame_.schema->id != schema_id_) map_rows(*frame_.schema);
  return check_rows(frame_);
}

Status RecordingRule::check_rows(const promql::InstantFrame& frame) {
  ++pass_;
  present_rows_.clear();
  for (size_t word = 0; word < frame.present.size(); ++word) {
    for (uint64_t bits = frame.present[word]; bits != 0; bits &= bits - 1) {
      present_rows_.push_back(static_cast<uint32_t>(word * 64 + std::countr_zero(bits)));
    }
  }
  for (const uint32_t row : present_rows_) {
    Output& output = outputs_[output_of_row_[row]];
    if (output.seen_pass == pass_) {
      return {Code::kInvalid,
              "vector contains metrics with the same labelset after applying rule labels"};
    }
    output.seen_pass = pass_;
  }
  const auto series = static_cast<int64_t>(present_rows_.size());
  if (limit_ <= 0 || series <= limit_) return {};
  return {Code::kLimit, "exceeded limit of " + std::to_string(limit_) + " with " +
                            std::to_string(series) + " series"};
}

Status RecordingRule::place_series() {
  std::vector<base::Labels> fresh;
  std::vector<uint32_t> owners;
  for (const uint32_t row : present_rows_) {
    const uint32_t owner = output_of_row_[row];
    if (outputs_[owner].has_row) continue;
    fresh.push_back(outputs_[owner].labels);
    owners.push_back(owner);
  }
  if (fresh.empty()) return {};
  ASSIGN_OR_RETURN(base::WriterRow row, writer_->add_series(fresh));
  for (const uint32_t owner : owners) {
    outputs_[owner].row = row++;
    outputs_[owner].has_row = true;
    writer_rows_.emplace(outputs_[owner].labels, outputs_[owner].row);
  }
  return {};
}

base::Result<base::CommitStats> RecordingRule::write(const RulePass& pass) {
  if (present_rows_.empty() && !column_due_) return base::CommitStats{};
  RETURN_IF_ERROR(place_series());
  return write_column(pass.query_ts);
}

base::Result<base::CommitStats> RecordingRule::write_column(base::TimestampMs t) {
  ASSIGN_OR_RETURN(const std::span<double> column, writer_->begin(t));
  for (const uint32_t row : present_rows_) {
    const Output& output = outputs_[output_of_row_[row]];
    if (!frame_.histograms.empty() && frame_.histograms[row] != nullptr) {
      writer_->add_histogram(output.row, t, frame_.histograms[row]);
    } else {
      column[output.row] = frame_.values[row];
    }
  }
  auto committed = writer_->commit();
  if (committed) column_due_ = !present_rows_.empty();
  return committed;
}

void RecordingRule::adopt(Rule& old) {
  auto& other = static_cast<RecordingRule&>(old);
  writer_ = std::move(other.writer_);
  writer_rows_ = std::exchange(other.writer_rows_, {});
  column_due_ = other.column_due_;
  has_schema_ = false;
}

}  // namespace tocsin::rules
