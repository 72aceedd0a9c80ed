#include "engine/tsdb/loose_run.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <new>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace tocsin::tsdb {

void LooseRun::Deleter::operator()(LooseRun* run) const {
  run->~LooseRun();
  ::operator delete(run);
}

LooseRun::Ptr LooseRun::allocate(std::shared_ptr<TimeAxis> axis, uint32_t first, uint32_t capacity,
                                 size_t bytes) {
  static_assert(sizeof(LooseRun) % alignof(double) == 0);
  void* memory = ::operator new(bytes);
  return Ptr(new (memory) LooseRun(std::move(axis), first, capacity, bytes));
}

LooseRun::Ptr LooseRun::raw(AxisPoint first, uint32_t capacity, CommitSeq seq) {
  const size_t bytes = sizeof(LooseRun) + capacity * (sizeof(double) + sizeof(uint32_t));
  Ptr run = allocate(std::move(first.axis), first.index, capacity, bytes);
  run->seq_ = seq;
  return run;
}

LooseRun::Ptr LooseRun::frozen(const LooseRun* before, const LooseRun& run, CommitSeq settled) {
  assert(run.is_raw() && (before == nullptr || run.can_follow(*before)));
  const uint32_t count = run.count();
  std::array<uint8_t, kFrozenMax / kRowValuesMax> lengths{};
  std::vector<uint8_t> bytes;
  bytes.reserve(count * sizeof(double) + 32);
  const size_t added = blocks(count);
  for (size_t block = 0; block < added; ++block) {
    const size_t start = bytes.size();
    const auto from = static_cast<uint32_t>(block * kRowValuesMax);
    const size_t n = std::min<size_t>(kRowValuesMax, count - from);
    encode_row({run.values() + from, n}, bytes);
    lengths[block] = static_cast<uint8_t>(bytes.size() - start);
  }
  const uint32_t count_before = before == nullptr ? 0 : before->count();
  const size_t blocks_before = blocks(count_before);
  const size_t bytes_before = before == nullptr ? 0 : before->payload_bytes();
  const size_t total =
      sizeof(LooseRun) + blocks_before + added + bytes_before + bytes.size() + kCodecPadding;
  Ptr out = allocate(run.axis_, before == nullptr ? run.first_ : before->first_, 0, total);
  uint8_t* at = out->lengths();
  if (before != nullptr) at = std::copy_n(before->lengths(), blocks_before, at);
  at = std::copy_n(lengths.begin(), added, at);
  if (before != nullptr) at = std::copy_n(before->lengths() + blocks_before, bytes_before, at);
  at = std::copy(bytes.begin(), bytes.end(), at);
  std::fill_n(at, kCodecPadding, uint8_t{0});
  out->count_.store(count_before + count, std::memory_order_relaxed);
  out->seq_ = run.last_seq();
  if (out->seq_ <= settled) {
    out->seen_by_all_ = count_before + count;
  } else if (before != nullptr) {
    out->seen_by_all_ = before->seq_ <= settled ? count_before : before->seen_by_all_;
  }
  return out;
}

size_t LooseRun::payload_bytes() const {
  return std::accumulate(lengths(), lengths() + blocks(count()), size_t{0});
}

CommitSeq LooseRun::last_seq() const { return is_raw() ? seq_ + since()[count() - 1] : seq_; }

uint32_t LooseRun::visible(CommitSeq seq) const {
  const uint32_t published = count();
  if (!is_raw()) return seq < seq_ ? seen_by_all_ : published;
  if (published == 0 || seq < seq_) return 0;
  if (seq - seq_ >= newest_since_.load(std::memory_order_relaxed)) return published;
  const auto limit = static_cast<uint32_t>(seq - seq_);
  return static_cast<uint32_t>(std::upper_bound(since(), since() + published, limit) - since());
}

bool LooseRun::can_follow(const LooseRun& run) const {
  const uint32_t before = run.count();
  return !run.is_raw() && run.axis_ == axis_ && run.first_ + before == first_ &&
         before % kRowValuesMax == 0 && before + count() <= kFrozenMax;
}

void LooseRun::read(uint32_t begin, uint32_t end, double* out, size_t stride) const {
  if (is_raw()) {
    const double* from = values() + begin;
    for (uint32_t i = 0; i < end - begin; ++i) out[i * stride] = from[i];
    return;
  }
  const uint32_t count = count_.load(std::memory_order_relaxed);
  const uint8_t* at = lengths() + blocks(count);
  for (uint32_t block = 0, from = 0; from < end; ++block, from += kRowValuesMax) {
    const uint32_t to = std::min(from + static_cast<uint32_t>(kRowValuesMax), count);
    const std::span<const uint8_t> row(at, lengths()[block]);
    at += row.size();
    if (to <= begin) continue;
    if (from >= begin && to <= end) {
      decode_row(row, to - from, out + (from - begin) * stride, stride);
      continue;
    }
    std::array<double, kRowValuesMax> part;
    decode_row(row, to - from, part.data(), 1);
    for (uint32_t i = std::max(from, begin); i < std::min(to, end); ++i) {
      out[(i - begin) * stride] = part[i - from];
    }
  }
}

}  // namespace tocsin::tsdb
