#include "promql/eval/binary_vector.h"

#include <algorithm>

#include "promql/eval/kernels_binary.h"
#include "promql/eval/projection.h"

namespace tocsin::promql {
namespace {

/// out = left op right, pair by pair; `left_of(i)` and `right_of(i)` are the operands of pair i.
/// Comparisons without bool keep the left value and clear the bits of pairs that do not hold.
template <class Left, class Right>
void compute_pairs(const JoinSpec& spec, size_t pairs, Left left_of, Right right_of, double* out,
                   std::span<uint64_t> bits) {
  if (is_arithmetic(spec.op)) {
    with_arithmetic(spec.op, [&](auto f) {
      for (size_t i = 0; i < pairs; ++i) out[i] = decltype(f)::of(left_of(i), right_of(i));
    });
    return;
  }
  with_comparison(spec.op, [&](auto f) {
    using Op = decltype(f);
    if (spec.return_bool) {
      for (size_t i = 0; i < pairs; ++i) out[i] = Op::of(left_of(i), right_of(i)) ? 1.0 : 0.0;
      return;
    }
    for (size_t w = 0; w < bits.size(); ++w) {
      uint64_t holds = 0;
      const size_t end = std::min(pairs, w * 64 + 64);
      for (size_t i = w * 64; i < end; ++i) {
        out[i] = left_of(i);
        holds |= static_cast<uint64_t>(Op::of(left_of(i), right_of(i))) << (i % 64);
      }
      bits[w] &= holds;
    }
  });
}

}  // namespace

base::Status BinaryVector::evaluate(const Grid& grid, Run& run) {
  RETURN_IF_ERROR(lhs_->eval(grid, run));
  RETURN_IF_ERROR(rhs_->eval(grid, run));
  RETURN_IF_ERROR(bind_rows(run));
  schema_ = join_.schema;
  whole_is_current_ = false;
  RETURN_IF_ERROR(reset_own(schema_->rows(), grid.steps, run));
  const bool floats_only =
      !lhs_->frame().has_histograms() && !rhs_->frame().has_histograms() && !is_trim(spec_.op);
  for (size_t step = 0; step < grid.steps; ++step) {
    if (join_.aligned && floats_only) {
      join_aligned(step);
    } else if (join_.exclusive && floats_only) {
      join_exclusive(step);
    } else {
      RETURN_IF_ERROR(join_checked(grid, step, run));
    }
  }
  return {};
}

base::Status BinaryVector::bind_rows(Run& run) {
  if (lhs_schema_ == lhs_->schema() && rhs_schema_ == rhs_->schema()) return {};
  ASSIGN_OR_RETURN(join_, build_join(*many().schema(), *one().schema(), spec_, run.ids()));
  lhs_schema_ = lhs_->schema();
  rhs_schema_ = rhs_->schema();
  return {};
}

void BinaryVector::join_aligned(size_t step) {
  const auto left = lhs_->frame().column(step);
  const auto right = rhs_->frame().column(step);
  const auto left_bits = lhs_->frame().bits(step);
  const auto right_bits = rhs_->frame().bits(step);
  const auto bits = frame().bits(step);
  for (size_t w = 0; w < bits.size(); ++w) bits[w] = left_bits[w] & right_bits[w];
  compute_pairs(
      spec_, join_.pairs.size(), [left](size_t i) { return left[i]; },
      [right](size_t i) { return right[i]; }, frame().column(step).data(), bits);
}

void BinaryVector::join_exclusive(size_t step) {
  const Frame& many_frame = many().frame();
  const Frame& one_frame = one().frame();
  const auto bits = frame().bits(step);
  for (size_t i = 0; i < join_.pairs.size(); ++i) {
    const JoinPair& pair = join_.pairs[i];
    const bool both = many_frame.has(step, pair.many) && one_frame.has(step, pair.one);
    bits[i / 64] |= static_cast<uint64_t>(both) << (i % 64);
  }
  const double* many_values = many_frame.column(step).data();
  const double* one_values = one_frame.column(step).data();
  const JoinPair* pairs = join_.pairs.data();
  const auto many_of = [=](size_t i) { return many_values[pairs[i].many]; };
  const auto one_of = [=](size_t i) { return one_values[pairs[i].one]; };
  double* out = frame().column(step).data();
  if (spec_.swapped()) {
    compute_pairs(spec_, join_.pairs.size(), one_of, many_of, out, bits);
  } else {
    compute_pairs(spec_, join_.pairs.size(), many_of, one_of, out, bits);
  }
}

base::Status BinaryVector::join_checked(const Grid& grid, size_t step, Run& run) {
  const bool any_left = lhs_->frame().any(step);
  const bool any_right = rhs_->frame().any(step);
  if (spec_.fills() ? !any_left && !any_right : !any_left || !any_right) {
    return check_lone_side(grid, step, run);
  }
  RETURN_IF_ERROR(find_ones(step));
  matched_.assign(join_.signatures, 0);
  out_taken_.assign(join_.schema->rows(), 0);
  last_note_.reset();
  for (const JoinPair& pair : join_.pairs) RETURN_IF_ERROR(join_pair(pair, step));
  if (last_note_) run.annotate(*std::move(last_note_));
  return {};
}

/// With nothing on one side there is no error either, whatever the other side holds.
base::Status BinaryVector::check_lone_side(const Grid& grid, size_t step, Run& run) {
  if (whole_many_ == nullptr) return {};
  base::Status duplicate = find_ones(step);
  if (duplicate.ok()) return {};
  if (!whole_is_current_) RETURN_IF_ERROR(whole_many_->eval(grid, run));
  whole_is_current_ = true;
  return whole_many_->frame().any(step) ? std::move(duplicate) : base::Status();
}

base::Status BinaryVector::find_ones(size_t step) {
  const Frame& input = one().frame();
  const RowSchema& rows = *one().schema();
  one_row_.assign(join_.signatures, 0);
  for (uint32_t row = 0; row < input.rows; ++row) {
    if (!input.has(step, row)) continue;
    uint32_t& slot = one_row_[join_.one_signature[row]];
    if (slot != 0) {
      return duplicate_on_one_side(rows.labels[slot - 1], rows.labels[row], spec_.matching,
                                   spec_.swapped() ? "left" : "right");
    }
    slot = row + 1;
  }
  return {};
}

base::Status BinaryVector::join_pair(const JoinPair& pair, size_t step) {
  if (!meets(pair, step)) return {};
  PairResult result = compute(pair, step);
  if (result.note) last_note_ = std::move(result.note);
  if (!result.fits) return {};
  RETURN_IF_ERROR(check_cardinality(pair));
  if (!result.holds) return {};
  if (frame().has(step, pair.out)) return same_labelset();
  if (result.value.h) {
    frame().put(step, pair.out, std::move(result.value.h));
  } else {
    frame().put(step, pair.out, result.value.v);
  }
  return {};
}

bool BinaryVector::meets(const JoinPair& pair, size_t step) {
  if (pair.many == kFilled) {
    return one().frame().has(step, pair.one) && matched_[pair.signature] == 0;
  }
  if (!many().frame().has(step, pair.many)) return false;
  const uint32_t one_row = one_row_[pair.signature];
  return pair.one == kFilled ? one_row == 0 : one_row == pair.one + 1;
}

base::Status BinaryVector::check_cardinality(const JoinPair& pair) {
  if (spec_.one_to_one()) {
    if (matched_[pair.signature] != 0) return multiple_matches(true);
    matched_[pair.signature] = 1;
    return {};
  }
  // Equal result labels within one signature; across signatures it is the labelset error.
  if (out_taken_[pair.out] != 0 && matched_[pair.signature] != 0) return multiple_matches(false);
  out_taken_[pair.out] = 1;
  matched_[pair.signature] = 1;
  return {};
}

Operand BinaryVector::operand(const Frame& frame, size_t step, uint32_t row,
                              std::optional<double> fill) {
  if (row == kFilled) return {*fill, nullptr};
  if (frame.is_histogram(step, row)) return {0, frame.histograms[step * frame.rows + row]};
  return {frame.at(step, row), nullptr};
}

PairResult BinaryVector::compute(const JoinPair& pair, size_t step) const {
  Operand left = operand(many().frame(), step, pair.many, spec_.fill_many());
  Operand right = operand(one().frame(), step, pair.one, spec_.fill_one());
  if (spec_.swapped()) std::swap(left, right);
  PairResult result;
  if (left.h || right.h || is_trim(spec_.op)) {
    result = apply_to_histograms(spec_.op, left, right, pos_);
  } else {
    result.value.v = apply_to_scalars(spec_.op, left.v, right.v);
    if (is_arithmetic(spec_.op)) return result;
    result.holds = result.value.v != 0;
    result.value.v = left.v;
  }
  if (!spec_.return_bool) return result;
  result.value = {result.holds ? 1.0 : 0.0, nullptr};
  result.holds = true;
  return result;
}

}  // namespace tocsin::promql
