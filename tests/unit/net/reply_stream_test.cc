#include "engine/net/reply_stream.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "engine/net/compression.h"

namespace tocsin::net {
namespace {

/// Gives out prepared pieces.
class Pieces final : public BodySource {
 public:
  explicit Pieces(std::deque<std::string> pieces) : pieces_(std::move(pieces)) {}
  bool append_to(std::string& out, size_t) override {
    if (pieces_.empty()) return false;
    out += pieces_.front();
    pieces_.pop_front();
    return !pieces_.empty();
  }
  uint64_t bytes_kept() const override { return 0; }

 private:
  std::deque<std::string> pieces_;
};

ServerResponse response_of(std::string body, std::deque<std::string> rest) {
  ServerResponse out;
  out.body = std::move(body);
  out.rest = std::make_shared<Pieces>(std::move(rest));
  return out;
}

std::string all_of(ReplyStream& stream) {
  std::string out;
  do {
    stream.advance();
    out += stream.piece();
  } while (!stream.has_ended());
  return out;
}

TEST(ReplyStream, FramesEachPieceAsAChunk) {
  ServerResponse response = response_of("ab", {"0123456789abcdef", "", "x"});
  ReplyStream stream(response, BodyFraming::kChunked, nullptr);
  stream.advance();
  EXPECT_EQ(stream.piece(), "00000002\r\nab\r\n");
  stream.advance();
  EXPECT_EQ(stream.piece(), "00000010\r\n0123456789abcdef\r\n");
  EXPECT_FALSE(stream.has_ended());
  stream.advance();
  EXPECT_EQ(stream.piece(), "00000001\r\nx\r\n0\r\n\r\n");
  EXPECT_TRUE(stream.has_ended());
}

TEST(ReplyStream, EndsWhenNothingFollows) {
  ServerResponse response = response_of("ab", {});
  ReplyStream stream(response, BodyFraming::kChunked, nullptr);
  EXPECT_EQ(all_of(stream), "00000002\r\nab\r\n0\r\n\r\n");
}

TEST(ReplyStream, LeavesBareBytesToTheEndOfTheConnection) {
  ServerResponse response = response_of("ab", {"cd", "ef"});
  ReplyStream stream(response, BodyFraming::kUntilClose, nullptr);
  EXPECT_EQ(all_of(stream), "abcdef");
}

TEST(ReplyStream, DropsTheSourceWithItsLastPiece) {
  ServerResponse response = response_of("", {"a", "b"});
  const std::weak_ptr<BodySource> source = response.rest;
  ReplyStream stream(response, BodyFraming::kChunked, nullptr);
  stream.advance();
  EXPECT_FALSE(source.expired());
  stream.advance();
  EXPECT_TRUE(source.expired());
}

TEST(ReplyStream, PushesAllThatTheClientTakesAtOnce) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  ServerResponse response = response_of("ab", {"cd", "ef"});
  ReplyStream stream(response, BodyFraming::kUntilClose, nullptr);
  stream.attach(ends[0]);
  ::close(ends[0]);
  EXPECT_EQ(stream.push(), "");
  EXPECT_TRUE(stream.has_ended());
  char read[10];
  EXPECT_EQ(std::string_view(read, static_cast<size_t>(::read(ends[1], read, sizeof read))),
            "abcdef");
  ::close(ends[1]);
}

TEST(ReplyStream, PushLeavesWhatTheClientDoesNotTake) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  ServerResponse response =
      response_of("", std::deque<std::string>(100, std::string(kBodyPieceBytes, 'x')));
  ReplyStream stream(response, BodyFraming::kChunked, nullptr);
  stream.attach(ends[0]);
  const std::string_view left = stream.push();
  EXPECT_FALSE(left.empty());
  EXPECT_TRUE(stream.piece().ends_with(left));
  EXPECT_FALSE(stream.has_ended());
  ::close(ends[1]);
  EXPECT_EQ(stream.push(), stream.piece());  // It has gone: the rest is not made.
  EXPECT_FALSE(stream.has_ended());
  ::close(ends[0]);
}

// The time that a client has for reading depends on it.
TEST(ReplyStream, CountsThePiecesOfAllPushes) {
  ServerResponse response = response_of("ab", {"cde", "f", "ghij"});
  ReplyStream stream(response, BodyFraming::kUntilClose, nullptr);
  stream.advance();
  EXPECT_EQ(stream.take_made(), 2u);
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  stream.attach(ends[0]);
  EXPECT_EQ(stream.push(), "");
  EXPECT_EQ(stream.take_made(), 8u);
  EXPECT_EQ(stream.take_made(), 0u);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(ReplyStream, CompressesAllPiecesAsOneBody) {
  std::deque<std::string> pieces;
  std::string plain = "first";
  for (int i = 0; i < 500; ++i) {
    pieces.push_back(std::string(1000, static_cast<char>('a' + i % 26)) + std::to_string(i * i));
    plain += pieces.back();
  }
  ServerResponse response = response_of("first", std::move(pieces));
  ReplyStream stream(response, BodyFraming::kUntilClose, GzipStream::start());
  const std::string packed = all_of(stream);
  EXPECT_LT(packed.size(), plain.size() / 10);
  const auto unfolded = decompress("gzip", packed, plain.size());
  ASSERT_TRUE(unfolded.ok());
  EXPECT_EQ(*unfolded, plain);
}

}  // namespace
}  // namespace tocsin::net
