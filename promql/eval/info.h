// info(v, {…}): adds the labels of info metrics ("target_info") to the series they speak of.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "promql/eval/operator.h"

namespace tocsin::promql {

/// The second argument, split.
struct InfoSpec {
  base::Matchers names;                        ///< What the info metrics are called.
  std::map<std::string, base::Matchers> data;  ///< By label: only these are added. Empty: all.
};
/// Without name matchers: target_info; with negative ones alone: names that end in "_info", too.
/// Source: prometheus:promql/info.go effectiveInfoNameMatchers.
InfoSpec info_spec(const base::Matchers& selector);
/// What selects the info series.
base::Matchers info_matchers(const InfoSpec& spec);

/// Series are joined by `instance` and `job`. Of several info series with the same name and these
/// labels the one with the newest sample counts. The result's rows depend on who was there when, so
/// they are found anew by each evaluation. Source: prometheus:promql/info.go.
class Info final : public Operator {
 public:
  /// `info` yields the timestamps of the info series' samples.
  Info(InfoSpec spec, OperatorPtr child, OperatorPtr info)
      : spec_(std::move(spec)), child_(std::move(child)), info_(std::move(info)) {}

 private:
  /// Which info series a series of the child may be joined with.
  struct Base {
    bool untouched = false;            ///< It is an info series itself.
    std::vector<uint32_t> signatures;  ///< One per info metric that may speak of it.
    std::vector<uint32_t> partners;    ///< Info rows of the step that `out_row` is for.
    uint32_t out_row = 0;              ///< 0: none yet, else the result's row + 1.
  };

  base::Status evaluate(const Grid& grid, Run& run) override;
  void bind_rows();
  void bind_info_rows();
  void bind_base_rows();
  base::Status find_newest(size_t step);
  /// The row of the result for a series at this step; nothing when it has none.
  base::Result<bool> place(uint32_t row, uint32_t& out_row);
  base::Status add_labels(const base::Labels& series, uint32_t info_row,
                          base::LabelsBuilder& added) const;
  uint32_t row_for(const base::Labels& labels, bool drop_name);

  InfoSpec spec_;
  OperatorPtr child_;
  OperatorPtr info_;
  RowSchemaPtr child_schema_;
  RowSchemaPtr info_schema_;
  static constexpr uint32_t kNone = UINT32_MAX;
  std::vector<uint32_t> info_signature_;  // By info row; kNone: of no interest.
  std::vector<uint32_t> newest_;          // By signature: the step's info row, or kNone.
  std::vector<Base> bases_;               // By row of the child.
  std::shared_ptr<RowSchema> result_;     // Rows so far.
  std::map<base::Labels, uint32_t> row_of_;
  std::vector<uint32_t> partners_;  // Of the series at hand.
};

}  // namespace tocsin::promql
