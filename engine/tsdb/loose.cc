#include "engine/tsdb/loose.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace tocsin::tsdb {
namespace {

using base::TimestampMs;

constexpr uint32_t kFirstRunSamples = kRowValuesMax;
constexpr uint32_t kRunSamples = 2 * kRowValuesMax;
constexpr uint16_t kRawRunsKept = 2;    // At least 33 samples: 5m at 15s.
constexpr uint16_t kRawRunsWanted = 8;  // Above it, runs are frozen one by one, if need be.
constexpr uint8_t kPatienceMax = 8;
// A row that left an axis sooner goes alone for a while: axes it meets by chance would cost it a
// run for every few samples.
constexpr uint32_t kShortStay = 8;

}  // namespace

void LooseCommons::retire_replaced() {
  if (replaced.empty()) return;
  constexpr size_t kCollectAt = 256;  // Of a burst, that much garbage must not pile up.
  const bool is_much = replaced.size() >= kCollectAt;
  epochs.retire(std::make_shared<const std::vector<LooseRun::Ptr>>(std::exchange(replaced, {})));
  if (is_much) epochs.collect();
}

LooseRow::~LooseRow() {
  for (LooseRun* run = newest_.load(std::memory_order_relaxed); run != nullptr;) {
    const LooseRun::Ptr dying(run);
    run = dying->older.load(std::memory_order_relaxed);
  }
  delete histograms_.load(std::memory_order_relaxed);
}

base::HistogramPtr LooseRow::last_histogram() const {
  return last_is_histogram_ ? histograms()->last() : nullptr;
}

bool LooseRow::empty() const {
  const LooseHistograms* all = histograms();
  return newest_.load(std::memory_order_relaxed) == nullptr && (all == nullptr || all->empty());
}

// ---- Writing ----

void LooseRow::append(base::Sample sample, CommitSeq seq, LooseCommons& commons) {
  LooseRun* run = newest_.load(std::memory_order_relaxed);
  const bool has_room = run != nullptr && !run->is_full() && run->takes(seq);
  const bool fits = has_room && (run->is_next(sample.t) || reach(*run, sample.t, seq, commons));
  if (!fits) run = &start_run(sample.t, seq, commons);
  run->push(sample.v, seq);
  last_t_ = sample.t;
  last_v_ = sample.v;
  last_is_histogram_ = false;
}

void LooseRow::append(TimestampMs t, base::HistogramPtr h, CommitSeq seq, Epochs& epochs) {
  LooseHistograms* all = histograms_.load(std::memory_order_relaxed);
  if (all == nullptr) {
    all = new LooseHistograms(epochs);
    histograms_.store(all, std::memory_order_release);
  }
  all->append(t, std::move(h), seq);
  last_t_ = t;
  last_is_histogram_ = true;
}

// Makes `t` the next timestamp of the run: it is the axis's next one, or the axis ends here and
// grows, or the row has missed a few timestamps of the others, which become absent.
bool LooseRow::reach(LooseRun& run, TimestampMs t, CommitSeq seq, LooseCommons& commons) {
  const TimeAxis& axis = run.axis();
  const uint32_t next = run.first() + run.count();
  uint32_t at = next;
  while (at < axis.size() && axis.t()[at] < t && at - next < patience_) ++at;
  const bool is_there = at < axis.size() && axis.t()[at] == t;
  const bool may_grow = at == axis.size() && !axis.is_full();
  if (!is_there && !may_grow) return false;
  const uint32_t missed = at - next;
  if (missed > 0) {
    if (run.count() + missed >= run.capacity()) return false;
    patience_ = static_cast<uint8_t>(patience_ - missed);
    for (uint32_t i = 0; i < missed; ++i) run.push(base::absent_marker(), seq);
  }
  if (may_grow) commons.axes.push(run.shared_axis(), t);
  return true;
}

// Where a new run begins: on the last one's axis, on the one after that, on one that others are
// on, or on one of its own.
AxisPoint LooseRow::place_run(TimestampMs t, LooseCommons& commons) const {
  const LooseRun* last = newest_.load(std::memory_order_relaxed);
  if (last == nullptr) {
    AxisPoint known = commons.axes.find(t);
    return known.axis ? known : commons.axes.create(t, true);
  }
  const std::shared_ptr<TimeAxis>& axis = last->shared_axis();
  const bool was_short = !last->is_full() && last->is_raw() && last->count() < kShortStay;
  if (!was_short) {
    const TimestampMs* end = axis->t() + axis->size();
    const TimestampMs* next = axis->t() + last->first() + last->count();
    const TimestampMs* at = std::lower_bound(next, std::min(end, next + kPatienceMax), t);
    const auto index = static_cast<uint32_t>(at - axis->t());
    if (at != end && *at == t) return {axis, index};
    if (at == end && !axis->is_full()) {
      commons.axes.push(axis, t);
      return {axis, index};
    }
    const std::shared_ptr<TimeAxis> following = axis->next();
    if (following && following->t()[0] == t) return {following, 0};
    if (AxisPoint known = commons.axes.find(t); known.axis) return known;
  }
  AxisPoint own = commons.axes.create(t, !was_short);
  if (axis->is_full() && !axis->next()) axis->set_next(own.axis);
  return own;
}

LooseRun& LooseRow::start_run(TimestampMs t, CommitSeq seq, LooseCommons& commons) {
  LooseRun* last = newest_.load(std::memory_order_relaxed);
  const uint32_t capacity = last == nullptr ? kFirstRunSamples : kRunSamples;
  LooseRun* run = LooseRun::raw(place_run(t, commons), capacity, seq).release();
  run->older.store(last, std::memory_order_relaxed);
  newest_.store(run, std::memory_order_seq_cst);
  if (oldest_ == nullptr) oldest_ = run;
  if (patience_ < kPatienceMax) ++patience_;
  ++raw_runs_;
  freeze(commons);
  return *run;
}

// ---- Keeping ----

void LooseRow::freeze(LooseCommons& commons) {
  while (raw_runs_ > kRawRunsKept && freeze_oldest(commons)) {
  }
}

bool LooseRow::freeze_oldest(LooseCommons& commons) {
  LooseRun* newer = nullptr;
  LooseRun* run = newest_.load(std::memory_order_relaxed);
  LooseRun* frozen = run->older.load(std::memory_order_relaxed);
  while (frozen != nullptr && frozen->is_raw()) {
    newer = std::exchange(run, frozen);
    frozen = run->older.load(std::memory_order_relaxed);
  }
  if (!run->can_freeze(commons.settled.get())) return false;
  bool joins = frozen != nullptr && run->can_follow(*frozen);
  if (joins && !run->can_join(*frozen, commons.settled.get())) {
    if (raw_runs_ <= kRawRunsWanted) return false;  // They can be joined later.
    joins = false;
  }
  LooseRun* out = LooseRun::frozen(joins ? frozen : nullptr, *run, commons.settled.get()).release();
  out->older.store(joins ? frozen->older.load(std::memory_order_relaxed) : frozen,
                   std::memory_order_relaxed);
  newer->older.store(out, std::memory_order_seq_cst);
  if (oldest_ == run || (joins && oldest_ == frozen)) oldest_ = out;
  commons.replaced.emplace_back(run);
  if (joins) commons.replaced.emplace_back(frozen);
  --raw_runs_;
  return true;
}

void LooseRow::drop_before(TimestampMs floor, LooseCommons& commons) {
  if (LooseHistograms* all = histograms_.load(std::memory_order_relaxed)) all->drop_before(floor);
  if (oldest_ == nullptr || oldest_->last_t() >= floor) return;
  std::atomic<LooseRun*>* cut = &newest_;
  oldest_ = nullptr;
  while (LooseRun* run = cut->load(std::memory_order_relaxed)) {
    if (run->last_t() < floor) break;
    oldest_ = run;
    cut = &run->older;
  }
  LooseRun* dropped = cut->exchange(nullptr, std::memory_order_seq_cst);
  while (dropped != nullptr) {
    if (dropped->is_raw()) --raw_runs_;
    LooseRun* older = dropped->older.load(std::memory_order_relaxed);
    commons.replaced.emplace_back(dropped);
    dropped = older;
  }
}

// ---- Reading ----

namespace {

RunSlice slice_of(const LooseRun& run, uint32_t visible, TimestampMs from, TimestampMs to) {
  const TimestampMs* t = run.axis().t() + run.first();
  const TimestampMs* end = t + visible;
  const TimestampMs* low = t[0] > from ? t : std::upper_bound(t, end, from);
  const TimestampMs* high = end[-1] <= to ? end : std::upper_bound(low, end, to);
  return {&run, static_cast<uint32_t>(low - t), static_cast<uint32_t>(high - t)};
}

}  // namespace

void LooseRow::find(TimestampMs from, TimestampMs to, CommitSeq seq,
                    std::vector<RunSlice>& out) const {
  const auto before = static_cast<ptrdiff_t>(out.size());
  for (const LooseRun* run = newest(); run != nullptr;
       run = run->older.load(std::memory_order_seq_cst)) {
    const uint32_t visible = run->visible(seq);
    if (visible == 0) continue;
    if (run->axis().t()[run->first() + visible - 1] <= from) break;
    const RunSlice slice = slice_of(*run, visible, from, to);
    if (slice.size() > 0) out.push_back(slice);
    if (run->first_t() <= from) break;  // The run before is not looked at: it may be cold.
  }
  std::reverse(out.begin() + before, out.end());
}

RunSlice LooseRow::find_newest(TimestampMs from, TimestampMs to, CommitSeq seq) const {
  for (const LooseRun* run = newest(); run != nullptr;
       run = run->older.load(std::memory_order_seq_cst)) {
    const uint32_t visible = run->visible(seq);
    if (visible == 0) continue;
    const RunSlice slice = slice_of(*run, visible, from, to);
    if (slice.size() > 0) return slice;
    if (run->first_t() <= from) break;
  }
  return {};
}

size_t LooseRow::bytes() const {
  size_t bytes = sizeof *this;
  for (const LooseRun* run = newest(); run != nullptr;
       run = run->older.load(std::memory_order_seq_cst)) {
    bytes += run->bytes();
  }
  if (const LooseHistograms* all = histograms()) bytes += all->bytes();
  return bytes;
}

size_t LooseRow::pieces() const {
  size_t pieces = 0;
  for (const LooseRun* run = newest(); run != nullptr;
       run = run->older.load(std::memory_order_seq_cst)) {
    ++pieces;
  }
  if (const LooseHistograms* all = histograms()) pieces += all->chunks();
  return pieces;
}

}  // namespace tocsin::tsdb
