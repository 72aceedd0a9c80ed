#include "engine/tsdb/store.h"

#include <algorithm>
#include <limits>
#include <set>

#include "engine/base/sample.h"
#include "engine/tsdb/selection.h"

namespace tocsin::tsdb {
namespace {

using base::Code;
using base::Labels;
using base::Matchers;
using base::Result;
using base::TimestampMs;

// Longer than it takes to fill the blocks between two freezes at usual scrape intervals.
constexpr base::DurationMs kTrimEvery = 10 * base::kMinute;

// Dashboards that are looked at ask more often than that.
constexpr base::DurationMs kRecentFor = 2 * base::kMinute;

std::string key_of(const Matchers& matchers) {
  std::string key;
  for (const base::Matcher& matcher : matchers) key += matcher.to_string() + ',';
  return key;
}

// Notes which rows of a set have any sample.
class PresenceVisitor final : public base::TileVisitor {
 public:
  explicit PresenceVisitor(size_t rows) : present(rows, false) {}
  void on_tile(const base::Tile& tile) override {
    for (size_t c = 0; c < tile.t.size(); ++c) {
      for (uint32_t i = 0; i < tile.rows; ++i) {
        if (!base::is_absent(tile.values[c][i])) present[tile.first_row + i] = true;
      }
      if (tile.gaps[c] == 0) return;
    }
  }
  void on_mixed(const base::MixedSeries& series) override { present[series.row] = true; }

  std::vector<bool> present;
};

}  // namespace

Head::Head(const Options& o, const base::Clock& c)
    : options(o), clock(c), absent(kSlabSlotsMax, base::absent_marker()) {}

void Head::scan(const StoreRowSet& rows, base::RowRange range, const base::ScanWindow& window,
                base::TileVisitor& visitor) {
  base::Moment own;
  base::ScanWindow time = window;
  if (time.as_of == nullptr || !*time.as_of) {
    own = epochs.pin();
    time.as_of = &own;
  }
  std::unique_ptr<ScanScratch> scratch = scratches.take(absent.data());
  scan_rows(rows, range, time, *scratch, visitor);
  scratches.give(std::move(scratch));
}

Store::Store(const Options& options, const base::Clock& clock)
    : head_(std::make_shared<Head>(options, clock)) {}

std::unique_ptr<base::StreamWriter> Store::open_stream(std::string name) {
  return open_writer(head_, std::move(name));
}

Result<std::shared_ptr<base::Selection>> Store::select(const Matchers& matchers) {
  const std::string key = key_of(matchers);
  std::shared_ptr<StoreSelection> selection = find_or_make(key, matchers);
  if (!selection) {
    recent_.clear();
    selection = find_or_make(key, matchers);
  }
  if (!selection) {
    return base::Error{Code::kLimit, "too many selectors in use at once; the limit is " +
                                         std::to_string(head_->options.selections_max)};
  }
  recent_.note(selection, selection->series(), head_->clock.now());
  return std::shared_ptr<base::Selection>(std::move(selection));
}

// Null when there are too many.
std::shared_ptr<StoreSelection> Store::find_or_make(const std::string& key,
                                                    const Matchers& matchers) {
  const std::lock_guard lock(head_->mutex);
  if (auto held = head_->selections.find(key)) return held;
  if (head_->selections.size() >= head_->options.selections_max) head_->selections.sweep();
  if (head_->selections.size() >= head_->options.selections_max) return nullptr;
  auto selection = std::make_shared<StoreSelection>(head_, matchers);
  selection->assign(head_->index.match(matchers));
  head_->selections.add(key, selection);
  return selection;
}

base::Moment Store::now() { return head_->epochs.pin(); }

Result<std::vector<Labels>> Store::series(const std::vector<Matchers>& selectors, TimestampMs from,
                                          TimestampMs to) {
  std::shared_ptr<StoreRowSet> rows;
  {
    const std::lock_guard lock(head_->mutex);
    std::vector<SeriesId> ids;
    if (selectors.empty()) ids = head_->index.match({});
    for (const Matchers& matchers : selectors) {
      const std::vector<SeriesId> found = head_->index.match(matchers);
      ids.insert(ids.end(), found.begin(), found.end());
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    rows = place_rows(head_->index, ids);
  }
  PresenceVisitor presence(rows->labels.size());
  const TimestampMs after = from == std::numeric_limits<TimestampMs>::min() ? from : from - 1;
  head_->scan(*rows, {0, static_cast<uint32_t>(rows->labels.size())}, {after, to}, presence);
  std::vector<Labels> found;
  for (size_t i = 0; i < rows->labels.size(); ++i) {
    if (presence.present[i]) found.push_back(rows->labels[i]);
  }
  return found;
}

Result<std::vector<std::string>> Store::label_names(const std::vector<Matchers>& selectors,
                                                    TimestampMs from, TimestampMs to) {
  ASSIGN_OR_RETURN(const std::vector<Labels> found, series(selectors, from, to));
  std::set<base::Symbol> symbols;
  for (const Labels& labels : found) {
    symbols.insert(labels.names().begin(), labels.names().end());
  }
  std::vector<std::string> names;
  for (const base::Symbol symbol : symbols) names.emplace_back(base::symbols::view(symbol));
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::vector<std::string>> Store::label_values(std::string_view name,
                                                     const std::vector<Matchers>& selectors,
                                                     TimestampMs from, TimestampMs to) {
  ASSIGN_OR_RETURN(const std::vector<Labels> found, series(selectors, from, to));
  std::set<std::string, std::less<>> values;
  for (const Labels& labels : found) {
    const std::string_view value = labels.get(name);
    if (!value.empty() && !values.contains(value)) values.emplace(value);
  }
  return std::vector<std::string>(values.begin(), values.end());
}

void Store::housekeep() {
  const std::lock_guard one_at_a_time(housekeeping_);
  std::vector<std::shared_ptr<Stream>> streams;
  {
    const std::lock_guard lock(head_->mutex);
    for (const auto& [number, stream] : head_->streams) streams.push_back(stream);
  }
  for (const auto& stream : streams) stream->freeze();
  // Before the sweep, which forgets selections that nobody holds.
  recent_.drop_before(head_->clock.now() - kRecentFor);
  const bool keeps_all = head_->options.retention <= 0;
  forget_expired(keeps_all ? std::numeric_limits<TimestampMs>::min()
                           : head_->clock.now() - head_->options.retention);
  head_->epochs.collect();
  const TimestampMs now = head_->clock.now();
  if (now - last_trim_ < kTrimEvery) return;
  last_trim_ = now;
  head_->pool->trim();
}

void Store::forget_expired(TimestampMs floor) {
  const std::lock_guard lock(head_->mutex);
  std::vector<SeriesId> forgotten;
  for (auto entry = head_->streams.begin(); entry != head_->streams.end();) {
    Stream& stream = *entry->second;
    for (const ExpiredSlot& slot : stream.expire(floor)) {
      Series& series = head_->index[slot.series];
      if (series.remove_place(&stream, slot.address)) {
        head_->selections.on_moved(series.labels);
      } else {
        forgotten.push_back(slot.series);
      }
    }
    entry = stream.is_spent() ? head_->streams.erase(entry) : std::next(entry);
  }
  head_->selections.sweep();
  if (forgotten.empty()) return;
  std::sort(forgotten.begin(), forgotten.end());
  head_->selections.on_forgotten(forgotten);
  head_->index.forget(forgotten);
  head_->counters.series_removed.fetch_add(forgotten.size(), std::memory_order_relaxed);
}

StoreStats Store::stats() const {
  StoreStats stats;
  const StoreCounters& counters = head_->counters;
  stats.samples_appended = counters.samples.load(std::memory_order_relaxed);
  stats.stale_markers = counters.stale_markers.load(std::memory_order_relaxed);
  stats.out_of_order = counters.out_of_order.load(std::memory_order_relaxed);
  stats.duplicates = counters.duplicates.load(std::memory_order_relaxed);
  stats.series_created = counters.series_created.load(std::memory_order_relaxed);
  stats.series_removed = counters.series_removed.load(std::memory_order_relaxed);
  const std::lock_guard lock(head_->mutex);
  stats.series = head_->index.size();
  stats.streams = head_->streams.size();
  stats.selections = head_->selections.size();
  stats.bytes =
      head_->index.bytes() + head_->absent.size() * sizeof(double) + head_->pool->idle_bytes();
  for (const auto& [number, stream] : head_->streams) {
    const StreamStats part = stream->stats();
    stats.bytes += part.bytes;
    stats.blocks += part.axes;
    stats.raw_chunks += part.raw_chunks;
    stats.frozen_chunks += part.frozen_chunks;
    stats.loose_pieces += part.loose_pieces;
  }
  return stats;
}

}  // namespace tocsin::tsdb
