#include "engine/net/body_buffer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tocsin::net {

std::string BufferPool::take() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return {};
  std::string out = std::move(idle_.back());
  idle_.pop_back();
  return out;
}

void BufferPool::give(std::string buffer) {
  if (buffer.empty() || buffer.capacity() > kBufferBytesMax) return;
  const std::lock_guard lock(mutex_);
  if (idle_.size() < kBuffersMax) idle_.push_back(std::move(buffer));
}

BodyBuffer::~BodyBuffer() { pool_.give(std::move(text_)); }

std::span<char> BodyBuffer::room(size_t bytes) {
  if (text_.empty()) text_ = pool_.take();
  const size_t needed = used_ + bytes;
  // Twice the size each time, so that a body that comes in pieces is copied a few times only.
  if (text_.size() < needed) {
    text_.resize(text_.capacity() < needed ? std::max(needed, 2 * used_) : needed);
  }
  return std::span(text_).subspan(used_);
}

void BodyBuffer::append(std::string_view bytes) {
  if (bytes.empty()) return;
  std::memcpy(room(bytes.size()).data(), bytes.data(), bytes.size());
  used_ += bytes.size();
}

std::string BodyBuffer::take() {
  text_.resize(used_);
  used_ = 0;
  return std::exchange(text_, {});
}

}  // namespace tocsin::net
