// Which rows of two vectors belong together: computed once per pair of schemas.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "promql/eval/label_numbers.h"
#include "promql/eval/row_schema.h"
#include "promql/syntax/ast.h"

namespace tocsin::promql {

/// The labels two samples must share: those in `on`, or all but the ignored ones and the name.
struct MatchKey : LabelChoice {
  explicit MatchKey(const VectorMatching& matching) : LabelChoice{matching.labels, !matching.on} {
    if (without) names.emplace_back(base::kMetricName);
  }
};

/// In place of a row: the value of a fill modifier.
inline constexpr uint32_t kFilled = UINT32_MAX;

/// A row of the many-side that may meet a row of the one-side, and the result's row.
struct JoinPair {
  uint32_t many = 0;
  uint32_t one = 0;
  uint32_t out = 0;
  uint32_t signature = 0;
};

/// "many" is the left side unless the operator says group_right. Pairs ascend in `many`; those with
/// a filled side come last.
struct JoinMap {
  RowSchemaPtr schema;
  std::vector<JoinPair> pairs;
  std::vector<uint32_t> one_signature;  ///< By row of the one-side.
  uint32_t signatures = 0;
  /// No signature has two rows on a side that must be unique, no two pairs share a result row: then
  /// no error can occur, pair i has result row i, and presence is a plain AND.
  bool exclusive = false;
  /// Besides, pair i joins row i with row i, and nothing is left over.
  bool aligned = false;
};

/// What the result of a join is called.
struct JoinSpec {
  BinaryOp op = BinaryOp::kAdd;
  VectorMatching matching;
  bool return_bool = false;
  bool delayed_names = false;
  bool swapped() const { return matching.cardinality == MatchCardinality::kOneToMany; }
  bool one_to_one() const { return matching.cardinality == MatchCardinality::kOneToOne; }
  bool drops_name() const { return !is_comparison(op) || (return_bool && !delayed_names); }
  /// Result rows have all labels of the many-side, perhaps but for the name, and no others.
  bool keeps_labels() const {
    const bool drops = one_to_one() && (matching.on || !matching.labels.empty());
    return !drops && matching.include.empty();
  }
  /// What stands in for a missing sample. As upstream, fill_left is for the many-side and
  /// fill_right for the one-side, also with group_right.
  const std::optional<double>& fill_many() const { return matching.fill_left; }
  const std::optional<double>& fill_one() const { return matching.fill_right; }
  bool fills() const { return fill_many() || fill_one(); }
};

/// Fails with kLimit when more than kJoinPairsMax pairs could meet.
/// Source: prometheus:promql/engine.go VectorBinop, resultMetric.
base::Result<JoinMap> build_join(const RowSchema& many, const RowSchema& one, const JoinSpec& spec,
                                 SchemaIds& ids);
inline constexpr size_t kJoinPairsMax = size_t{1} << 24;

/// Upstream's texts for what may go wrong at run time. `side` is "left" or "right".
base::Error duplicate_on_one_side(const base::Labels& a, const base::Labels& b,
                                  const VectorMatching& matching, std::string_view side);
base::Error multiple_matches(bool one_to_one);

}  // namespace tocsin::promql
