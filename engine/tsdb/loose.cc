#include "engine/tsdb/loose.h"

#include <algorithm>
#include <span>
#include <utility>

namespace tocsin::tsdb {
namespace {

constexpr uint32_t kFirstChunkSamples = 4;
constexpr uint32_t kChunkSamplesMax = 64;

}  // namespace

LooseRow::LooseRow(Epochs& epochs)
    : epochs_(epochs), chunks_(std::make_shared<const Chunks>()), published_(chunks_.get()) {}

void LooseRow::publish(std::shared_ptr<const Chunks> chunks) {
  published_.store(chunks.get(), std::memory_order_seq_cst);
  epochs_.retire(std::exchange(chunks_, std::move(chunks)));
}

void LooseRow::append(LooseSample sample) {
  last_ = sample;
  const uint32_t count =
      chunks_->empty() ? 0 : chunks_->back()->count.load(std::memory_order_relaxed);
  if (!chunks_->empty() && count < chunks_->back()->capacity) {
    chunks_->back()->samples[count] = std::move(sample);
    chunks_->back()->count.store(count + 1, std::memory_order_release);
    return;
  }
  const uint32_t capacity = chunks_->empty()
                                ? kFirstChunkSamples
                                : std::min(kChunkSamplesMax, 2 * chunks_->back()->capacity);
  auto chunk = std::make_shared<Chunk>(capacity);
  chunk->samples[0] = std::move(sample);
  chunk->count.store(1, std::memory_order_relaxed);
  auto chunks = std::make_shared<Chunks>(*chunks_);
  chunks->push_back(std::move(chunk));
  publish(std::move(chunks));
}

void LooseRow::drop_before(base::TimestampMs floor) {
  const auto is_old = [&](const std::shared_ptr<Chunk>& chunk) {
    return chunk->samples[chunk->count.load(std::memory_order_relaxed) - 1].t < floor;
  };
  const auto kept = std::find_if_not(chunks_->begin(), chunks_->end(), is_old);
  if (kept != chunks_->begin()) publish(std::make_shared<const Chunks>(kept, chunks_->end()));
}

void LooseRow::read(base::TimestampMs from, base::TimestampMs to, ColumnSeq seq_end,
                    std::vector<LooseSample>& out) const {
  const Chunks& chunks = *published_.load(std::memory_order_seq_cst);
  // Samples ascend in time over all chunks, so both ends are found by halving.
  const auto ends_early = [from](const std::shared_ptr<Chunk>& chunk) {
    const uint32_t count = chunk->count.load(std::memory_order_acquire);
    return chunk->samples[count - 1].t <= from;
  };
  for (auto chunk = std::partition_point(chunks.begin(), chunks.end(), ends_early);
       chunk != chunks.end() && (*chunk)->samples[0].t <= to; ++chunk) {
    const std::span<const LooseSample> samples((*chunk)->samples.get(),
                                               (*chunk)->count.load(std::memory_order_acquire));
    const auto first = std::partition_point(samples.begin(), samples.end(),
                                            [from](const LooseSample& s) { return s.t <= from; });
    for (auto sample = first; sample != samples.end() && sample->t <= to; ++sample) {
      if (sample->seq <= seq_end) out.push_back(*sample);
    }
  }
}

size_t LooseRow::bytes() const {
  size_t bytes = sizeof *this;
  for (const auto& chunk : *published_.load(std::memory_order_seq_cst)) {
    bytes += sizeof(Chunk) + chunk->capacity * sizeof(LooseSample);
  }
  return bytes;
}

}  // namespace tocsin::tsdb
