// Series that a selector matches and yet has no sample of: ended, or too old?
#include <limits>
#include <utility>

#include "promql/plan/explain_parts.h"

namespace tocsin::promql {
namespace {

/// More missing series than these are counted, not looked at.
constexpr size_t kExaminedMax = 1000;

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

/// Reads the tail of the row that is scanned.
class TailVisitor final : public base::TileVisitor {
 public:
  explicit TailVisitor(Run& run) : run_(run) {}
  void on_tile(const base::Tile& tile) override {
    if (status.ok()) status = run_.check_sometimes();
    for (size_t c = 0; c < tile.t.size(); ++c) {
      const double v = tile.values[c][0];
      if (!base::is_absent(v)) tail.see(tile.t[c], v, false);
    }
  }
  void on_mixed(const base::MixedSeries& series) override {
    for (size_t i = 0; i < series.t.size(); ++i) {
      const bool is_histogram = series.h[i] != nullptr;
      tail.see(series.t[i], is_histogram ? series.h[i]->sum : series.v[i], is_histogram);
    }
  }
  Tail tail;
  base::Status status;

 private:
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
  const bool same_rows = rows->labels == matched;
  Missing missing(lookout);
  size_t examined = 0;
  for (uint32_t row = 0; row < matched.size(); ++row) {
    missing.count();
    if (seen.has_any(row)) continue;
    if (!same_rows || ++examined > kExaminedMax) {
      missing.add_unexamined(matched[row]);
      continue;
    }
    TailVisitor visitor(input.run);
    constexpr base::TimestampMs kBeginning = std::numeric_limits<base::TimestampMs>::min();
    RETURN_IF_ERROR(selection->scan(*rows, {row, row + 1}, kBeginning, lookout.to, visitor));
    RETURN_IF_ERROR(visitor.status);
    missing.add(matched[row], visitor.tail);
  }
  std::move(missing).add_to(node);
  return {};
}

}  // namespace tocsin::promql
