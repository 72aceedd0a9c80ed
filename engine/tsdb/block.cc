#include "engine/tsdb/block.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "engine/base/sample.h"

namespace tocsin::tsdb {

namespace {

size_t value_bytes(uint32_t slots) { return size_t{kRawColumns} * slots * sizeof(double); }
size_t chunk_bytes(uint32_t slots) {
  return value_bytes(slots) + size_t{slots / kLanes} * sizeof(LaneFlags);
}

}  // namespace

RawChunk::RawChunk(uint32_t slots, uint32_t absent_columns, std::shared_ptr<ChunkPool> pool)
    : pool_(std::move(pool)),
      slots_(slots),
      values_(static_cast<double*>(pool_->take(chunk_bytes(slots)))),
      flags_(reinterpret_cast<LaneFlags*>(values_ + size_t{kRawColumns} * slots)) {
  std::fill_n(values_, size_t{absent_columns} * slots, base::absent_marker());
  LaneFlags blank;
  blank.gaps.fill(0xff);
  blank.drops.fill(0);
  std::uninitialized_fill_n(flags_, slots / kLanes, blank);
}

size_t RawChunk::bytes() const { return chunk_bytes(slots_); }

void ChunkRef::set_raw(std::shared_ptr<RawChunk> chunk) {
  values = std::as_const(*chunk).column(0);
  flags = std::as_const(*chunk).flags();
  raw = std::move(chunk);
}

uint32_t Axis::seen_at(uint64_t moment, Epochs& epochs) const {
  uint32_t count = columns.load(std::memory_order_acquire);
  if (stamps == nullptr) return count;
  while (count > 0 && !(*stamps)[count - 1].is_before(moment, epochs)) --count;
  return count;
}

std::shared_ptr<StreamView> StreamView::successor() const {
  auto next = std::make_shared<StreamView>();
  next->axes = axes;
  next->slabs = slabs;
  next->older = this;
  return next;
}

FrozenChunk::FrozenChunk(std::span<const double* const> columns, uint32_t slots)
    : columns_(static_cast<uint32_t>(columns.size())) {
  starts_.reserve((slots + kLanes - 1) / kLanes);
  lengths_.reserve(slots);
  std::vector<uint8_t> bytes;
  bytes.reserve(size_t{slots} * 24);
  std::array<double, kFrozenColumns> row{};
  for (uint32_t slot = 0; slot < slots; ++slot) {
    if (slot % kLanes == 0) starts_.push_back(static_cast<uint32_t>(bytes.size()));
    for (size_t c = 0; c < columns.size(); ++c) {
      row[c] = columns[c] == nullptr ? base::absent_marker() : columns[c][slot];
    }
    const size_t before = bytes.size();
    encode_row(std::span(row).first(columns.size()), bytes);
    lengths_.push_back(static_cast<uint8_t>(bytes.size() - before));
  }
  bytes.resize(bytes.size() + kCodecPadding, 0);
  bytes_.assign(bytes.begin(), bytes.end());  // Exactly as large as needed.
}

void FrozenChunk::decode(uint32_t slot, double* out, size_t stride) const {
  size_t start = starts_[slot / kLanes];
  for (uint32_t before = slot / kLanes * kLanes; before < slot; ++before) start += lengths_[before];
  decode_row(std::span(bytes_).subspan(start, lengths_[slot]), columns_, out, stride);
}

size_t FrozenChunk::bytes() const {
  return sizeof *this + starts_.capacity() * sizeof(uint32_t) + lengths_.capacity() +
         bytes_.capacity();
}

}  // namespace tocsin::tsdb
