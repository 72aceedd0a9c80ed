#include "engine/tsdb/loose_histograms.h"

#include <algorithm>
#include <span>
#include <utility>

namespace tocsin::tsdb {
namespace {

constexpr uint32_t kFirstChunkEntries = 4;
constexpr uint32_t kChunkEntriesMax = 64;

}  // namespace

LooseHistograms::LooseHistograms(Epochs& epochs)
    : epochs_(epochs), chunks_(std::make_shared<const Chunks>()), published_(chunks_.get()) {}

void LooseHistograms::publish(std::shared_ptr<const Chunks> chunks) {
  published_.store(chunks.get(), std::memory_order_seq_cst);
  epochs_.retire(std::exchange(chunks_, std::move(chunks)));
}

void LooseHistograms::append(base::TimestampMs t, base::HistogramPtr h, CommitSeq seq) {
  last_ = h;
  const uint32_t count =
      chunks_->empty() ? 0 : chunks_->back()->count.load(std::memory_order_relaxed);
  if (!chunks_->empty() && count < chunks_->back()->capacity) {
    chunks_->back()->entries[count] = {t, std::move(h), seq};
    chunks_->back()->count.store(count + 1, std::memory_order_release);
    return;
  }
  const uint32_t capacity = chunks_->empty()
                                ? kFirstChunkEntries
                                : std::min(kChunkEntriesMax, 2 * chunks_->back()->capacity);
  auto chunk = std::make_shared<Chunk>(capacity);
  chunk->entries[0] = {t, std::move(h), seq};
  chunk->count.store(1, std::memory_order_relaxed);
  auto chunks = std::make_shared<Chunks>(*chunks_);
  chunks->push_back(std::move(chunk));
  publish(std::move(chunks));
}

void LooseHistograms::drop_before(base::TimestampMs floor) {
  const auto is_old = [&](const std::shared_ptr<Chunk>& chunk) {
    return chunk->entries[chunk->count.load(std::memory_order_relaxed) - 1].t < floor;
  };
  const auto kept = std::find_if_not(chunks_->begin(), chunks_->end(), is_old);
  if (kept != chunks_->begin()) publish(std::make_shared<const Chunks>(kept, chunks_->end()));
}

void LooseHistograms::read(base::TimestampMs from, base::TimestampMs to, CommitSeq seq,
                           std::vector<LooseSample>& out) const {
  const Chunks& chunks = *published_.load(std::memory_order_seq_cst);
  // Entries ascend in time over all chunks, so both ends are found by halving.
  const auto ends_early = [from](const std::shared_ptr<Chunk>& chunk) {
    const uint32_t count = chunk->count.load(std::memory_order_acquire);
    return chunk->entries[count - 1].t <= from;
  };
  for (auto chunk = std::partition_point(chunks.begin(), chunks.end(), ends_early);
       chunk != chunks.end() && (*chunk)->entries[0].t <= to; ++chunk) {
    const std::span<const Entry> entries((*chunk)->entries.get(),
                                         (*chunk)->count.load(std::memory_order_acquire));
    const auto first = std::partition_point(entries.begin(), entries.end(),
                                            [from](const Entry& e) { return e.t <= from; });
    for (auto entry = first; entry != entries.end() && entry->t <= to; ++entry) {
      if (entry->seq <= seq) out.push_back({entry->t, 0, entry->h});
    }
  }
}

size_t LooseHistograms::bytes() const {
  size_t bytes = sizeof *this;
  for (const auto& chunk : *published_.load(std::memory_order_seq_cst)) {
    bytes += sizeof(Chunk) + chunk->capacity * sizeof(Entry);
  }
  return bytes;
}

size_t LooseHistograms::chunks() const {
  return published_.load(std::memory_order_seq_cst)->size();
}

}  // namespace tocsin::tsdb
