#include "promql/eval/vector_match.h"

#include <algorithm>
#include <unordered_map>

namespace tocsin::promql {
namespace {

/// Source: prometheus:promql/engine.go resultMetric.
base::Labels result_labels(const base::Labels& many, const base::Labels& one,
                           const JoinSpec& spec) {
  base::Labels labels = many;
  const bool drops_name = !is_comparison(spec.op) || (spec.return_bool && !spec.delayed_names);
  if (drops_name) labels = labels.without_name();
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

std::vector<uint32_t> signatures_of(const RowSchema& rows, const VectorMatching& matching,
                                    SignatureIds& ids) {
  std::vector<uint32_t> result(rows.rows());
  ids.reserve(rows.rows());
  const MatchKey key(matching);
  for (size_t row = 0; row < rows.rows(); ++row) {
    result[row] = ids.id_of(key.of(rows.labels[row]));
  }
  return result;
}

/// Gives result rows to pairs: equal labels, equal row.
class ResultRows {
 public:
  ResultRows(const JoinSpec& spec, size_t rows, SchemaIds& ids)
      : spec_(spec), schema_(make_schema(ids)) {
    rows_.reserve(rows);
  }
  uint32_t row_of(const base::Labels& many, const base::Labels& one) {
    base::Labels labels = result_labels(many, one, spec_);
    const auto next = static_cast<uint32_t>(schema_->labels.size());
    const auto [entry, fresh] = rows_.try_emplace(labels, next);
    if (fresh) schema_->labels.push_back(std::move(labels));
    return entry->second;
  }
  RowSchemaPtr finish() {
    if (spec_.return_bool && spec_.delayed_names) schema_->drop_name.assign(schema_->rows(), 1);
    return schema_;
  }

 private:
  const JoinSpec& spec_;
  std::shared_ptr<RowSchema> schema_;
  std::unordered_map<base::Labels, uint32_t, base::LabelsHash> rows_;
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

struct SignatureIds::Map {
  std::unordered_map<base::Labels, uint32_t, base::LabelsHash> ids;
};

SignatureIds::SignatureIds() : map_(std::make_unique<Map>()) {}
SignatureIds::~SignatureIds() = default;
uint32_t SignatureIds::id_of(const base::Labels& signature) {
  return map_->ids.try_emplace(signature, static_cast<uint32_t>(map_->ids.size())).first->second;
}
void SignatureIds::reserve(size_t more) { map_->ids.reserve(map_->ids.size() + more); }
uint32_t SignatureIds::size() const { return static_cast<uint32_t>(map_->ids.size()); }

base::Result<JoinMap> build_join(const RowSchema& many, const RowSchema& one, const JoinSpec& spec,
                                 SchemaIds& ids) {
  JoinMap join;
  SignatureIds signatures;
  const auto many_signature = signatures_of(many, spec.matching, signatures);
  join.one_signature = signatures_of(one, spec.matching, signatures);
  join.signatures = signatures.size();
  const RowsBySignature ones(join.one_signature, join.signatures);
  ResultRows results(spec, many.rows(), ids);
  for (uint32_t row = 0; row < many.rows(); ++row) {
    const uint32_t s = many_signature[row];
    for (const uint32_t partner : ones.of(s)) {
      if (join.pairs.size() == kJoinPairsMax) {
        return base::Error{base::Code::kLimit, "vector matching: more than " +
                                                   std::to_string(kJoinPairsMax) +
                                                   " pairs of series share matching labels"};
      }
      join.pairs.push_back(
          {row, partner, results.row_of(many.labels[row], one.labels[partner]), s});
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
