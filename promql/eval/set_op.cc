#include "promql/eval/set_op.h"

#include <algorithm>
#include <unordered_map>

#include "promql/eval/projection.h"

namespace tocsin::promql {

base::Status SetOp::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(lhs_->eval(grid, run));
  RETURN_IF_ERROR(rhs_->eval(grid, run));
  bind_rows(run);
  if (op_ != BinaryOp::kOr) {
    schema_ = lhs_schema_;
    take_over(*lhs_);
    for (size_t step = 0; step < grid.steps; ++step) keep_left(step);
    return {};
  }
  schema_ = united_;
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  for (size_t step = 0; step < grid.steps; ++step) RETURN_IF_ERROR(unite(step));
  settle_names(run);
  return {};
}

void SetOp::settle_names(Run& run) {
  std::shared_ptr<RowSchema> settled;
  for (const uint32_t row : contested_) {
    size_t step = 0;
    while (step < frame().steps && !frame().has(step, row)) ++step;
    if (step == frame().steps || lhs_->frame().has(step, row)) continue;
    if (settled == nullptr) {
      settled = make_schema(run.ids());
      settled->labels = united_->labels;
      settled->drop_name = united_->drop_name;
      settled->drop_name.resize(settled->rows());
    }
    settled->drop_name[row] = united_->drops_name(row) ? 0 : 1;
  }
  if (settled != nullptr) schema_ = std::move(settled);
}

void SetOp::bind_rows(Run& run) {
  if (lhs_schema_ == lhs_->schema() && rhs_schema_ == rhs_->schema()) return;
  lhs_schema_ = lhs_->schema();
  rhs_schema_ = rhs_->schema();
  const MatchKey key(matching_);
  KeyNumbers ids(key);
  lhs_signature_ = number_rows(lhs_schema_->labels, key, ids);
  rhs_signature_ = number_rows(rhs_schema_->labels, key, ids);
  seen_.resize(ids.size());
  if (op_ != BinaryOp::kOr) return;

  // A series found on both sides is one row of the result.
  contested_.clear();
  auto united = make_schema(run.ids());
  united->labels = lhs_schema_->labels;
  united->drop_name = lhs_schema_->drop_name;
  if (!rhs_schema_->drop_name.empty()) united->drop_name.resize(united->rows());
  std::unordered_map<base::Labels, uint32_t, base::LabelsHash> rows;
  for (uint32_t row = 0; row < united->rows(); ++row) rows.try_emplace(united->labels[row], row);
  rhs_out_.resize(rhs_schema_->rows());
  for (size_t row = 0; row < rhs_schema_->rows(); ++row) {
    const auto next = static_cast<uint32_t>(united->labels.size());
    const auto [entry, fresh] = rows.try_emplace(rhs_schema_->labels[row], next);
    rhs_out_[row] = entry->second;
    if (!fresh) {
      const bool differs = united->drops_name(entry->second) != rhs_schema_->drops_name(row);
      if (differs) contested_.push_back(entry->second);
      continue;
    }
    united->labels.push_back(rhs_schema_->labels[row]);
    if (!united->drop_name.empty() || rhs_schema_->drops_name(row)) {
      united->drop_name.resize(united->rows());
      united->drop_name.back() = rhs_schema_->drops_name(row) ? 1 : 0;
    }
  }
  if (!united->drop_name.empty()) united->drop_name.resize(united->rows());
  united_ = std::move(united);
}

void SetOp::mark(const Frame& input, const std::vector<uint32_t>& signature_of, size_t step) {
  std::ranges::fill(seen_, uint8_t{0});
  for_each_bit(input.bits(step), [&](size_t row) { seen_[signature_of[row]] = 1; });
}

void SetOp::keep_left(size_t step) {
  mark(rhs_->frame(), rhs_signature_, step);
  const uint8_t wanted = op_ == BinaryOp::kAnd ? 1 : 0;
  Frame& out = frame();
  for_each_bit(out.bits(step), [&](size_t row) {
    if (seen_[lhs_signature_[row]] != wanted) out.clear(step, row);
  });
}

base::Status SetOp::unite(size_t step) {
  const Frame& left = lhs_->frame();
  const Frame& right = rhs_->frame();
  mark(left, lhs_signature_, step);
  for_each_bit(left.bits(step),
               [&](size_t row) { frame().copy_sample(left, step, row, step, row); });
  bool clash = false;
  for_each_bit(right.bits(step), [&](size_t row) {
    if (seen_[rhs_signature_[row]] != 0) return;
    clash = clash || frame().has(step, rhs_out_[row]);
    frame().copy_sample(right, step, row, step, rhs_out_[row]);
  });
  return clash ? base::Status(same_labelset()) : base::Status();
}

}  // namespace tocsin::promql
