#include "engine/net/answer_reader.h"

#include <algorithm>
#include <utility>

#include "engine/net/answer_limits.h"
#include "engine/net/response_head.h"
#include "engine/net/text.h"
#include "engine/net/wire_error.h"

namespace tocsin::net {
namespace {

constexpr size_t kHeadRoomBytes = 4u << 10;  // so that little of the body is copied
constexpr size_t kCodingsMax = 5;

/// What a body may take before decompression: data that cannot be compressed grows a little.
uint64_t coded_limit(uint64_t bytes_max) {
  constexpr uint64_t kOverhead = 64u << 10;
  return bytes_max > UINT64_MAX / 2 ? bytes_max : bytes_max + bytes_max / 64 + kOverhead;
}

/// The content codings in the order in which they were applied, without "identity".
std::vector<std::string_view> codings_of(const HeaderList& headers) {
  std::vector<std::string_view> out;
  for (const auto& [name, value] : headers) {
    if (name != "content-encoding") continue;
    std::string_view rest = value;
    while (!rest.empty()) {
      const size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view coding = trim_blanks(rest.substr(0, comma));
      if (!coding.empty() && !equal_ignoring_case(coding, "identity")) out.push_back(coding);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return out;
}

}  // namespace

AnswerReader::AnswerReader(Workspace& workspace, std::string address, uint64_t body_bytes_max)
    : workspace_(workspace),
      address_(std::move(address)),
      body_bytes_max_(body_bytes_max),
      body_(workspace.buffers) {}

std::span<char> AnswerReader::room() {
  is_room_in_body_ = at_ == At::kLength;
  if (is_room_in_body_) {
    // One byte more: what nobody asked for must not wait on the connection for the next answer.
    const std::span<char> room =
        body_.room(static_cast<size_t>(std::min<uint64_t>(left_, kTrustedLength)) + 1);
    return room.first(static_cast<size_t>(std::min<uint64_t>(left_, room.size() - 1)) + 1);
  }
  const std::span<char> scratch(workspace_.scratch);
  return at_ == At::kHead ? scratch.first(kHeadRoomBytes) : scratch;
}

AnswerReader::State AnswerReader::received(size_t count) {
  has_begun_ = true;
  if (!is_room_in_body_) return read({workspace_.scratch, count});
  const auto ours = static_cast<size_t>(std::min<uint64_t>(left_, count));
  keep_alive_ = keep_alive_ && ours == count;
  body_.grow(ours);
  left_ -= ours;
  return left_ == 0 ? finish() : State::kMore;
}

AnswerReader::State AnswerReader::closed() {
  keep_alive_ = false;
  if (at_ == At::kUntilClose) return finish();
  return fail(wire_error(has_begun_ ? WireFault::kCutOff : WireFault::kNoAnswer, address_));
}

AnswerReader::State AnswerReader::read(std::string_view bytes) {
  return at_ == At::kHead ? read_head(bytes) : read_body(bytes);
}

AnswerReader::State AnswerReader::read_head(std::string_view bytes) {
  std::string kept;
  if (!head_.empty()) {
    head_ += bytes;
    kept.swap(head_);
    bytes = kept;
  }
  for (;;) {
    if (!may_be_response(bytes)) return fail(malformed_error(address_, "no HTTP/1.x status line"));
    const size_t end = find_response_head_end(bytes, head_line_);
    if (head_bytes_ + std::min(end, bytes.size()) > kAnswerHeadBytesMax) {
      return fail(head_too_large_error(address_));
    }
    if (end == std::string_view::npos) {
      head_ = bytes;
      return State::kMore;
    }
    const std::string_view head = bytes.substr(0, end);
    bytes.remove_prefix(end);
    const State state = take_head(head);
    if (state != State::kMore) return state;
    if (at_ != At::kHead) return read_body(bytes);
    head_bytes_ += end;
    head_line_ = 0;
  }
}

/// A whole head. kMore: it was an interim one, or a body follows.
AnswerReader::State AnswerReader::take_head(std::string_view text) {
  auto head = check_response_head(text);
  if (!head) return fail(malformed_error(address_, head.error()));
  if (head->is_interim()) return State::kMore;
  response_.status = head->status;
  response_.reason = std::move(head->reason);
  response_.headers = std::move(head->headers);
  keep_alive_ = head->keep_alive;
  const bool is_coded = !codings_of(response_.headers).empty();
  coded_bytes_max_ = is_coded ? coded_limit(body_bytes_max_) : body_bytes_max_;
  left_ = head->content_length.value_or(0);
  const bool is_empty = !head->may_have_body() || (head->content_length && left_ == 0);
  at_ = is_empty               ? At::kEnd
        : head->chunked        ? At::kChunks
        : head->content_length ? At::kLength
                               : At::kUntilClose;
  if (at_ == At::kLength && left_ > coded_bytes_max_) {
    return fail(body_too_large_error(address_, body_bytes_max_));
  }
  return State::kMore;
}

AnswerReader::State AnswerReader::read_body(std::string_view bytes) {
  switch (at_) {
    case At::kLength: {
      const std::string_view ours =
          bytes.substr(0, static_cast<size_t>(std::min<uint64_t>(left_, bytes.size())));
      keep_alive_ = keep_alive_ && ours.size() == bytes.size();
      left_ -= ours.size();
      body_.append(ours);
      return left_ == 0 ? finish() : State::kMore;
    }
    case At::kChunks:
      return read_chunks(bytes);
    case At::kUntilClose:
      return add(bytes);
    case At::kEnd:
      keep_alive_ = keep_alive_ && bytes.empty();
      return finish();
    case At::kHead:
      break;
  }
  return State::kMore;
}

AnswerReader::State AnswerReader::read_chunks(std::string_view bytes) {
  for (;;) {
    switch (chunks_.next(bytes)) {
      case ChunkDecoder::Step::kData:
        if (add(chunks_.data()) == State::kFailed) return State::kFailed;
        break;
      case ChunkDecoder::Step::kMore:
        return State::kMore;
      case ChunkDecoder::Step::kEnd:
        keep_alive_ = keep_alive_ && bytes.empty();
        return finish();
      case ChunkDecoder::Step::kBroken:
        return fail(malformed_error(address_, "damaged chunks"));
    }
  }
}

AnswerReader::State AnswerReader::add(std::string_view bytes) {
  if (bytes.size() > coded_bytes_max_ - body_.size()) {
    return fail(body_too_large_error(address_, body_bytes_max_));
  }
  body_.append(bytes);
  return State::kMore;
}

AnswerReader::State AnswerReader::finish() {
  at_ = At::kEnd;
  response_.wire_bytes = body_.size();
  if (body_.size() > 0 && decode() == State::kFailed) return State::kFailed;
  return State::kDone;
}

AnswerReader::State AnswerReader::decode() {
  std::vector<std::string_view> codings = codings_of(response_.headers);
  if (codings.empty()) {
    response_.body = body_.take();
    return State::kDone;
  }
  if (codings.size() > kCodingsMax) return fail(wire_error(WireFault::kCoding, address_));
  std::string_view coded = body_.view();
  for (; !codings.empty(); codings.pop_back()) {
    BodyBuffer plain(workspace_.buffers);
    const base::Status status =
        workspace_.decompressor.decompress(codings.back(), coded, body_bytes_max_, plain);
    if (!status) {
      return fail(status.error().code == base::Code::kLimit
                      ? body_too_large_error(address_, body_bytes_max_)
                      : wire_error(WireFault::kCoding, address_));
    }
    workspace_.buffers.give(std::exchange(response_.body, plain.take()));
    coded = response_.body;
  }
  return State::kDone;
}

AnswerReader::State AnswerReader::fail(base::Error error) {
  error_ = std::move(error);
  return State::kFailed;
}

}  // namespace tocsin::net
