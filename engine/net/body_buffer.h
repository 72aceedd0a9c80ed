// Memory for the bodies of answers, used again for the next ones.
#pragma once

#include <cstddef>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::net {

/// A few strings whose memory waits for its next use. Thread-safe.
class BufferPool {
 public:
  static constexpr size_t kBuffersMax = 4;
  static constexpr size_t kBufferBytesMax = 1u << 20;  ///< Larger ones are freed.

  /// Memory with whatever it held before, or an empty string.
  std::string take();
  void give(std::string buffer);

 private:
  std::mutex mutex_;
  std::vector<std::string> idle_;  // by mutex_; the last one was used last
};

/// A body that grows. Its memory comes from a pool when the first byte asks for it and goes back
/// unless it was taken out. The string is kept longer than what is in use, so that bytes are
/// received into it without being zeroed first.
class BodyBuffer {
 public:
  explicit BodyBuffer(BufferPool& pool) : pool_(pool) {}
  BodyBuffer(const BodyBuffer&) = delete;
  BodyBuffer& operator=(const BodyBuffer&) = delete;
  ~BodyBuffer();

  /// At least `bytes` bytes (> 0) behind what is in use, to write to.
  std::span<char> room(size_t bytes);
  /// That many bytes of room() were written.
  void grow(size_t bytes) { used_ += bytes; }
  void append(std::string_view bytes);
  size_t size() const { return used_; }
  std::string_view view() const { return {text_.data(), used_}; }
  /// The body; the buffer is empty afterwards.
  std::string take();

 private:
  BufferPool& pool_;
  std::string text_;  // longer than used_, or not taken from the pool yet
  size_t used_ = 0;
};

}  // namespace tocsin::net
