// Series that a selector matches and yet has no sample of: ended, or too old?
#include <limits>
#include <utility>

#include "promql/plan/explain_parts.h"

namespace tocsin::promql {
namespace {

/// More missing series than these are counted, not looked at: the search reads all they ever had.
constexpr size_t kExaminedMax = 20'000;

/// The last samples of one series up to some time.
struct Tail {
  std::optional<base::TimestampMs> last;   ///< Of the last sample that is no stale marker.
  std::optional<double> value;             ///< None: a histogram.
  std::optional<base::TimestampMs> ended;  ///< Of a stale marker after it.

  void see(base::TimestampMs t, double v, bool is_histogram) {
    if (base::is_stale(v)) {
      if (!ended) ended = t;
      return;
    }
    last = t;
    value.reset();
    if (!is_histogram) value = v;
    ended.reset();
  }
};

/// Reads the tails of neighbouring rows.
class TailVisitor final : public base::TileVisitor {
 public:
  TailVisitor(base::RowRange rows, Run& run)
      : tails(rows.end - rows.begin), first_row_(rows.begin), run_(run) {}
  void on_tile(const base::Tile& tile) override {
    if (status.ok()) status = run_.check();
    if (!status.ok()) return;
    for (size_t c = 0; c < tile.t.size(); ++c) {
      for (size_t row = 0; row < tile.rows; ++row) {
        const double v = tile.values[c][row];
        if (!base::is_absent(v)) tails[tile.first_row - first_row_ + row].see(tile.t[c], v, false);
      }
    }
  }
  void on_mixed(const base::MixedSeries& series) override {
    if (status.ok()) status = run_.check_sometimes();
    if (!status.ok()) return;
    for (size_t i = 0; i < series.t.size(); ++i) {
      const bool is_histogram = series.h[i] != nullptr;
      tails[series.row - first_row_].see(series.t[i], is_histogram ? series.h[i]->sum : series.v[i],
                                         is_histogram);
    }
  }
  std::vector<Tail> tails;  ///< One per row.
  base::Status status;

 private:
  uint32_t first_row_;
  Run& run_;
};

/// The losses of one selector, by reason.
class Missing {
 public:
  explicit Missing(const Lookout& lookout)
      : lookout_(lookout),
        ended_(LossReason::kEnded, lookout.reach),
        too_old_(LossReason::kTooOld, lookout.reach),
        not_yet_(LossReason::kNotYet, lookout.reach),
        unexamined_(LossReason::kUnexamined, lookout.reach) {
    for (LossBuilder* loss : {&ended_, &too_old_, &not_yet_, &unexamined_})
      loss->look_at(lookout.to);
  }

  void count() {
    for (LossBuilder* loss : {&ended_, &too_old_, &not_yet_, &unexamined_}) loss->count();
  }
  void add(base::Labels labels, const Tail& tail) {
    LostSeries lost;
    lost.labels = std::move(labels);
    lost.last = tail.last;
    lost.value = tail.value;
    lost.ended = tail.ended;
    const auto recent = [&](base::TimestampMs t) { return static_cast<double>(lookout_.to - t); };
    if (tail.ended) {
      ended_.lose(std::move(lost), recent(*tail.ended));
    } else if (tail.last) {
      too_old_.lose(std::move(lost), recent(*tail.last));
    } else {
      not_yet_.lose(std::move(lost), 0);
    }
  }
  void add_unexamined(base::Labels labels) {
    LostSeries lost;
    lost.labels = std::move(labels);
    unexamined_.lose(std::move(lost), 0);
  }
  void add_to(ExplainNode& node) && {
    for (LossBuilder* loss : {&ended_, &too_old_, &not_yet_, &unexamined_})
      std::move(*loss).add_to(node);
  }

 private:
  const Lookout& lookout_;
  LossBuilder ended_;
  LossBuilder too_old_;
  LossBuilder not_yet_;
  LossBuilder unexamined_;
};

/// Rows without a sample, neighbours together, at most `most`; `rest` gets the others.
std::vector<base::RowRange> missing_rows(const Observation& seen, size_t most,
                                         std::vector<uint32_t>& rest) {
  std::vector<base::RowRange> out;
  size_t examined = 0;
  for (uint32_t row = 0; row < seen.schema->rows(); ++row) {
    if (seen.has_any(row)) continue;
    if (++examined > most) {
      rest.push_back(row);
    } else if (!out.empty() && out.back().end == row) {
      ++out.back().end;
    } else {
      out.push_back({row, row + 1});
    }
  }
  return out;
}

}  // namespace

base::Status explain_selector(const Lookout& lookout, const Observation& seen,
                              const ExplainInput& input, ExplainNode& node) {
  const std::vector<base::Labels>& matched = seen.schema->labels;
  node.matched = matched.size();
  if (matched.empty()) return explain_no_match(*lookout.selector, input, node);
  if (node.rows == matched.size()) return {};
  ASSIGN_OR_RETURN(const auto selection, input.source.select(lookout.selector->matchers));
  const auto rows = selection->rows();
  // Row numbers hold as long as no series came or went since the evaluation.
  const size_t examined_max = rows->labels == matched ? kExaminedMax : 0;
  Missing missing(lookout);
  for (size_t i = 0; i < matched.size(); ++i) missing.count();
  std::vector<uint32_t> rest;
  constexpr base::TimestampMs kBeginning = std::numeric_limits<base::TimestampMs>::min();
  const base::ScanWindow window{kBeginning, lookout.to, false, input.run.as_of()};
  for (const base::RowRange& range : missing_rows(seen, examined_max, rest)) {
    TailVisitor visitor(range, input.run);
    RETURN_IF_ERROR(selection->scan(*rows, range, window, visitor));
    RETURN_IF_ERROR(visitor.status);
    for (uint32_t row = range.begin; row < range.end; ++row)
      missing.add(matched[row], visitor.tails[row - range.begin]);
  }
  for (const uint32_t row : rest) missing.add_unexamined(matched[row]);
  std::move(missing).add_to(node);
  return {};
}

}  // namespace tocsin::promql
