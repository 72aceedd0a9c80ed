#include "engine/net/reply_stream.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace tocsin::net {
namespace {

// Leading zeros are allowed, so that the size can be written in front of what is already there.
constexpr std::string_view kChunkHead = "00000000\r\n";
constexpr size_t kSizeDigits = 8;

void write_hex(char* out, size_t value) {
  for (size_t i = kSizeDigits; i > 0; --i, value >>= 4) out[i - 1] = "0123456789abcdef"[value & 15];
}

}  // namespace

ReplyStream::ReplyStream(ServerResponse& response, BodyFraming framing,
                         std::unique_ptr<GzipStream> gzip)
    : framing_(framing),
      gzip_(std::move(gzip)),
      source_(std::move(response.rest)),
      plain_(std::move(response.body)) {}

ReplyStream::~ReplyStream() {
  if (socket_ >= 0) ::close(socket_);
}

void ReplyStream::attach(int socket) {
  if (socket_ < 0) socket_ = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
}

std::string_view ReplyStream::push() {
  for (;;) {
    advance();
    std::string_view left = piece_;
    while (!left.empty()) {
      // Without a descriptor, too: then all is left. Errors are found again by who sends the rest.
      const ssize_t sent = ::send(socket_, left.data(), left.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent <= 0) return left;
      left.remove_prefix(static_cast<size_t>(sent));
    }
    if (has_ended()) return left;
  }
}

void ReplyStream::advance() {
  const size_t head = framing_ == BodyFraming::kChunked ? kChunkHead.size() : 0;
  piece_.assign(kChunkHead.substr(0, head));
  while (has_more_ && piece_.size() == head) append_some();
  if (framing_ == BodyFraming::kChunked) append_frame();
  made_ += piece_.size();
  if (!has_more_) source_.reset();
}

void ReplyStream::append_some() {
  if (gzip_ == nullptr && plain_.empty()) {
    has_more_ = source_->append_to(piece_, kBodyPieceBytes);
    return;
  }
  // The first piece is there already.
  if (plain_.empty()) has_more_ = source_->append_to(plain_, kBodyPieceBytes);
  if (gzip_ != nullptr) {
    gzip_->append(plain_, !has_more_, piece_);
    plain_.clear();
  } else {
    piece_ += plain_;
    plain_ = std::string();
  }
}

void ReplyStream::append_frame() {
  const size_t bytes = piece_.size() - kChunkHead.size();
  if (bytes == 0) {
    piece_.clear();  // An empty chunk would be the end.
  } else {
    write_hex(piece_.data(), bytes);
    piece_ += "\r\n";
  }
  if (!has_more_) piece_ += "0\r\n\r\n";
}

}  // namespace tocsin::net
