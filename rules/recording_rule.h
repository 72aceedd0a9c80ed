// A recording rule at work.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "rules/rule.h"

namespace tocsin::rules {

/// Source: prometheus rules/recording.go. While the rows of the result stay, an evaluation moves
/// numbers only.
class RecordingRule final : public Rule {
 public:
  /// `labels`: the rule's over the group's. `limit`: series; <= 0: none.
  RecordingRule(const RuleSpec& spec, TextPairs labels, RuleQuery query,
                std::unique_ptr<base::StreamWriter> writer, int64_t limit);

  base::Status evaluate(const RulePass& pass, std::vector<base::Alert>& due) override;
  base::Result<base::CommitStats> write(const RulePass& pass) override;
  std::vector<uint32_t> writers() override { return query_.writers(); }
  void adopt(Rule& old) override;
  base::Status end_series(base::TimestampMs t) override { return writer_->close(t); }
  RuleView view(bool with_alerts) const override {
    (void)with_alerts;
    return basic_view();
  }

 private:
  base::Labels output_labels(const base::Labels& sample) const;
  void map_rows(const promql::Schema& schema);
  base::Status check_rows(const promql::InstantFrame& frame);
  base::Status place_series();
  base::Result<base::CommitStats> write_column(base::TimestampMs t);

  /// A series of the result.
  struct Output {
    base::Labels labels;
    base::WriterRow row = 0;
    bool has_row = false;
    uint64_t seen_pass = 0;
  };

  RuleQuery query_;
  std::unique_ptr<base::StreamWriter> writer_;
  const int64_t limit_;
  promql::InstantFrame frame_;  // Of the evaluation to be written.
  uint64_t schema_id_ = 0;
  bool has_schema_ = false;
  std::vector<Output> outputs_;
  std::vector<uint32_t> output_of_row_;
  std::unordered_map<base::Labels, base::WriterRow, base::LabelsHash> writer_rows_;
  std::vector<uint32_t> present_rows_;
  uint64_t pass_ = 0;
  bool column_due_ = false;  // Series had values in the last column: they need an end.
};

}  // namespace tocsin::rules
