#include "promql/eval/vector_match.h"

#include <algorithm>

#include "promql/eval/dropped_labels.h"

namespace tocsin::promql {
namespace {

/// Source: prometheus:promql/engine.go resultMetric.
base::Labels result_labels(const base::Labels& many, const base::Labels& one,
                           const JoinSpec& spec) {
  base::Labels labels = many;
  if (spec.drops_name()) labels = labels.without_name();
  const VectorMatching& matching = spec.matching;
  if (spec.one_to_one()) {
    return matching.on ? labels.keep(matching.labels) : labels.drop(matching.labels);
  }
  for (const std::string& name : matching.include) labels = labels.with(name, one.get(name));
  return labels;
}

/// Rows by signature, in row order, as a flat index.
struct RowsBySignature {
  std::vector<uint32_t> begin;  // signatures + 1
  std::vector<uint32_t> rows;

  RowsBySignature(const std::vector<uint32_t>& signature_of, uint32_t signatures)
      : begin(signatures + 1, 0), rows(signature_of.size()) {
    for (const uint32_t s : signature_of) ++begin[s + 1];
    for (size_t s = 1; s < begin.size(); ++s) begin[s] += begin[s - 1];
    std::vector<uint32_t> next(begin.begin(), begin.end() - 1);
    for (uint32_t row = 0; row < signature_of.size(); ++row) rows[next[signature_of[row]]++] = row;
  }
  std::span<const uint32_t> of(uint32_t s) const {
    return {rows.data() + begin[s], begin[s + 1] - begin[s]};
  }
  bool unique() const {
    for (size_t s = 1; s < begin.size(); ++s) {
      if (begin[s] - begin[s - 1] > 1) return false;
    }
    return true;
  }
};

bool names_metadata(const std::vector<std::string>& names) {
  return std::ranges::any_of(names, is_dropped_label);
}

bool has_any_of(const RowLabels::List& rows, const std::vector<std::string>& names) {
  const base::Symbol* checked = nullptr;  // Label names that were looked at last.
  return std::ranges::any_of(rows, [&](const base::Labels& row) {
    if (row.names().data() == checked) return false;
    checked = row.names().data();
    return std::ranges::any_of(names, [&row](const std::string& name) { return row.has(name); });
  });
}

/// What tells result rows apart. Often that is known without making their label sets.
enum class ResultKey : uint8_t { kSignature, kMany, kLabels };

/// `one_is_unique`: no signature has two rows on the one-side.
ResultKey result_key(const RowSchema& many, bool one_is_unique, const JoinSpec& spec) {
  const VectorMatching& matching = spec.matching;
  if (spec.fills() || names_metadata(matching.labels) || names_metadata(matching.include) ||
      !share_one_name(many.labels.stored())) {
    return ResultKey::kLabels;
  }
  if (spec.one_to_one()) return ResultKey::kSignature;
  // Rows that get labels which none of them has stay different.
  const bool extends = one_is_unique && !has_any_of(many.labels.stored(), matching.include);
  return matching.include.empty() || extends ? ResultKey::kMany : ResultKey::kLabels;
}

/// Gives result rows to pairs: equal labels, equal row.
class ResultRows {
 public:
  struct Sides {
    const RowSchema& many;
    const RowSchema& one;
    uint32_t signatures;
    bool one_is_unique;
  };
  ResultRows(const Sides& sides, const JoinSpec& spec, SchemaIds& ids)
      : spec_(spec),
        schema_(make_schema(ids)),
        key_(result_key(sides.many, sides.one_is_unique, spec)) {
    const RowSchema& many = sides.many;
    if (key_ == ResultKey::kLabels) rows_.reserve(many.rows());
    if (key_ == ResultKey::kSignature) row_of_.resize(sides.signatures, kNone);
    if (key_ == ResultKey::kMany) row_of_.resize(many.rows(), kNone);
    if (key_ == ResultKey::kMany) begin_columns(sides.one);
    drops_names_ = spec.drops_name() || many.labels.is_nameless();
    is_lazy_ =
        !columns_.empty() || (key_ != ResultKey::kLabels && spec.keeps_labels() && drops_names_);
    many_ = is_lazy_ ? &many.labels.stored() : &many.labels.all();
  }

  /// The row of a pair of rows.
  uint32_t row_of(const JoinPair& pair, const RowSchema& one) {
    if (key_ == ResultKey::kLabels) return row_of((*many_)[pair.many], one.labels[pair.one]);
    uint32_t& row = row_of_[key_ == ResultKey::kMany ? pair.many : pair.signature];
    if (row != kNone) return row;
    row = static_cast<uint32_t>(labels_.size());
    const base::Labels& labels = (*many_)[pair.many];
    labels_.push_back(is_lazy_ ? labels : result_labels(labels, {}, spec_));
    for (RowLabels::Column& column : columns_)
      column.values.push_back(one.labels.stored()[pair.one].value_of(column.name));
    return row;
  }
  uint32_t row_of(const base::Labels& many, const base::Labels& one) {
    base::Labels labels = result_labels(many, one, spec_);
    bool fresh = false;
    const uint32_t row = rows_.number_of(labels, fresh);
    if (fresh) labels_.push_back(std::move(labels));
    return row;
  }
  RowSchemaPtr finish() {
    if (is_lazy_) {
      schema_->labels = RowLabels::extended(
          {std::move(labels_), drops_names_, std::move(columns_), std::move(included_)});
    } else {
      schema_->labels = RowLabels(std::move(labels_));
    }
    if (spec_.return_bool && spec_.delayed_names) schema_->drop_name.assign(schema_->rows(), 1);
    return schema_;
  }

 private:
  /// For the labels of the one-side that group_left and group_right name.
  void begin_columns(const RowSchema& one) {
    for (const std::string& name : spec_.matching.include) {
      const base::Symbol symbol = base::symbols::find(name);
      const auto same = [symbol](const RowLabels::Column& column) { return column.name == symbol; };
      if (symbol != 0 && std::ranges::none_of(columns_, same)) columns_.push_back({symbol, {}});
    }
    if (!columns_.empty()) included_ = std::make_shared<const RowLabels>(one.labels);
  }

  static constexpr uint32_t kNone = UINT32_MAX;
  const JoinSpec& spec_;
  std::shared_ptr<RowSchema> schema_;
  ResultKey key_;
  bool drops_names_ = false;
  bool is_lazy_ = false;  ///< Rows are the many-side's, perhaps without names, and columns_.
  std::vector<RowLabels::Column> columns_;
  std::shared_ptr<const RowLabels> included_;  ///< Has the values of columns_.
  const RowLabels::List* many_ = nullptr;
  RowLabels::List labels_;
  std::vector<uint32_t> row_of_;  ///< By signature or row of the many-side.
  LabelNumbers rows_;
};

/// Every row alone, beside the value of a fill modifier, which has the labels both must share.
void add_filled_pairs(const RowSchema& many, const RowSchema& one, const JoinSpec& spec,
                      const std::vector<uint32_t>& many_signature, ResultRows& results,
                      JoinMap& join) {
  const MatchKey key(spec.matching);
  for (uint32_t row = 0; spec.fill_one() && row < many.rows(); ++row) {
    const base::Labels& labels = many.labels[row];
    join.pairs.push_back(
        {row, kFilled, results.row_of(labels, key.of(labels)), many_signature[row]});
  }
  for (uint32_t row = 0; spec.fill_many() && row < one.rows(); ++row) {
    const base::Labels& labels = one.labels[row];
    join.pairs.push_back(
        {kFilled, row, results.row_of(key.of(labels), labels), join.one_signature[row]});
  }
}

bool is_aligned(const JoinMap& join, size_t many_rows, size_t one_rows) {
  if (join.pairs.size() != many_rows || join.pairs.size() != one_rows) return false;
  for (size_t i = 0; i < join.pairs.size(); ++i) {
    if (join.pairs[i].many != i || join.pairs[i].one != i) return false;
  }
  return true;
}

}  // namespace

base::Result<JoinMap> build_join(const RowSchema& many, const RowSchema& one, const JoinSpec& spec,
                                 SchemaIds& ids) {
  JoinMap join;
  const MatchKey key(spec.matching);
  KeyNumbers signatures(key);
  const auto many_signature = number_rows(many.labels, key, signatures);
  join.one_signature = number_rows(one.labels, key, signatures);
  join.signatures = signatures.size();
  const RowsBySignature ones(join.one_signature, join.signatures);
  ResultRows results({many, one, join.signatures, ones.unique()}, spec, ids);
  join.pairs.reserve(many.rows());
  for (uint32_t row = 0; row < many.rows(); ++row) {
    const uint32_t s = many_signature[row];
    for (const uint32_t partner : ones.of(s)) {
      if (join.pairs.size() == kJoinPairsMax) {
        return base::Error{base::Code::kLimit, "vector matching: more than " +
                                                   std::to_string(kJoinPairsMax) +
                                                   " pairs of series share matching labels"};
      }
      JoinPair& pair = join.pairs.emplace_back(JoinPair{row, partner, 0, s});
      pair.out = results.row_of(pair, one);
    }
  }
  add_filled_pairs(many, one, spec, many_signature, results, join);
  join.schema = results.finish();
  const bool many_unique =
      !spec.one_to_one() || RowsBySignature(many_signature, join.signatures).unique();
  join.exclusive =
      !spec.fills() && ones.unique() && many_unique && join.schema->rows() == join.pairs.size();
  join.aligned = join.exclusive && is_aligned(join, many.rows(), one.rows());
  return join;
}

base::Error duplicate_on_one_side(const base::Labels& a, const base::Labels& b,
                                  const VectorMatching& matching, std::string_view side) {
  std::string first = a.to_braces();
  std::string second = b.to_braces();
  if (second < first) std::swap(first, second);
  return {base::Code::kInvalid,
          "found duplicate series for the match group " + MatchKey(matching).of(a).to_braces() +
              " on the " + std::string(side) + " hand-side of the operation: [" + first + ", " +
              second +
              "];many-to-many matching not allowed: matching labels must be unique on one side"};
}

base::Error multiple_matches(bool one_to_one) {
  return {base::Code::kInvalid,
          one_to_one ? "multiple matches for labels: many-to-one matching must be explicit "
                       "(group_left/group_right)"
                     : "multiple matches for labels: grouping labels must ensure unique matches"};
}

}  // namespace tocsin::promql
