// Answers as bytes, however they arrive.
#include "engine/net/answer_reader.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>

namespace tocsin::net {
namespace {

using base::Code;
using State = AnswerReader::State;

/// What a reader made of some bytes.
struct Outcome {
  State state = State::kMore;
  HttpResponse response;
  base::Error error;
  bool keeps_alive = false;
};

class AnswerReaderTest : public ::testing::Test {
 protected:
  /// Hands `bytes` over in pieces that end at each offset of `cuts`, then closes if asked to.
  Outcome read(std::string_view bytes, const std::vector<size_t>& cuts = {}, bool closes = false,
               uint64_t bytes_max = 1000) {
    AnswerReader reader(*workspace_, "host:80", bytes_max);
    Outcome out;
    size_t at = 0;
    for (size_t i = 0; i <= cuts.size() && out.state == State::kMore; ++i) {
      const size_t end = i < cuts.size() ? cuts[i] : bytes.size();
      while (at < end && out.state == State::kMore) {
        const std::span<char> room = reader.room();
        const size_t count = std::min(room.size(), end - at);
        std::memcpy(room.data(), bytes.data() + at, count);
        at += count;
        out.state = reader.received(count);
      }
    }
    if (out.state == State::kMore && closes) out.state = reader.closed();
    if (out.state == State::kFailed) out.error = reader.take_error();
    if (out.state == State::kDone) {
      out.keeps_alive = reader.keeps_alive();
      out.response = reader.take_response();
    }
    return out;
  }

  std::unique_ptr<AnswerReader::Workspace> workspace_ = std::make_unique<AnswerReader::Workspace>();
};

const std::string kOk = "HTTP/1.1 200 OK\r\n";
const std::string kChunked = kOk + "Transfer-Encoding: chunked\r\n\r\n";

TEST_F(AnswerReaderTest, ReadsABodyWithALength) {
  const Outcome out =
      read(kOk + "Content-Type: text/plain\r\nX-Empty:\r\nContent-Length: 5\r\n\r\nhello");
  ASSERT_EQ(out.state, State::kDone);
  EXPECT_EQ(out.response.status, 200);
  EXPECT_EQ(out.response.reason, "OK");
  EXPECT_EQ(out.response.header("content-type"), "text/plain");
  EXPECT_EQ(out.response.header("x-empty"), "");
  EXPECT_EQ(out.response.body, "hello");
  EXPECT_EQ(out.response.wire_bytes, 5u);
  EXPECT_TRUE(out.keeps_alive);
}

/// The same answer in every framing, among others with what may surround it.
const std::vector<std::string>& good_answers() {
  static const std::vector<std::string> answers{
      kOk + "Content-Length: 11\r\n\r\nhello world",
      kChunked + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
      kChunked + "00b;name=\"quoted;\";x\r\nhello world\r\n0;last\r\nTrailer: 1\r\nAnd: 2\r\n\r\n",
      kChunked + "B \r\nhello world\r\n000\r\n\r\n",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + kOk +
          "Content-Length: 11\r\n\r\nhello world",
  };
  return answers;
}

TEST_F(AnswerReaderTest, ReadsTheSameHoweverTheBytesAreCut) {
  for (const std::string& bytes : good_answers()) {
    for (size_t i = 1; i < bytes.size(); ++i) {
      for (size_t k = i; k < bytes.size(); ++k) {
        const Outcome out = read(bytes, {i, k});
        ASSERT_EQ(out.state, State::kDone) << bytes << " cut at " << i << " and " << k;
        ASSERT_EQ(out.response.body, "hello world") << bytes;
        ASSERT_EQ(out.response.status, 200);
        ASSERT_TRUE(out.keeps_alive);
      }
    }
  }
}

TEST_F(AnswerReaderTest, EveryAnswerThatIsCutOffFails) {
  for (const std::string& bytes : good_answers()) {
    for (size_t i = 1; i < bytes.size(); ++i) {
      const Outcome out = read(std::string_view(bytes).substr(0, i), {}, true);
      ASSERT_EQ(out.state, State::kFailed) << bytes << " ends at " << i;
      EXPECT_EQ(out.error.message, "host:80: unexpected EOF: the answer was cut off");
    }
  }
  EXPECT_EQ(read("", {}, true).error.message,
            "host:80: EOF: the server closed the connection without an answer");
}

TEST_F(AnswerReaderTest, ReadsUntilTheConnectionCloses) {
  for (const std::string& head : {kOk + "\r\n", std::string("HTTP/1.0 200\r\n\r\n"),
                                  std::string("HTTP/1.0 200 Fine\nServer: x\n\n")}) {
    const Outcome open = read(head + "hello");
    EXPECT_EQ(open.state, State::kMore) << head;
    const Outcome out = read(head + "hello", {head.size() + 2}, true);
    ASSERT_EQ(out.state, State::kDone) << head;
    EXPECT_EQ(out.response.body, "hello");
    EXPECT_FALSE(out.keeps_alive);
  }
}

TEST_F(AnswerReaderTest, KeepsTheConnectionOnlyWhenThatIsSafe) {
  const std::string length = "Content-Length: 1\r\n";
  EXPECT_TRUE(read(kOk + length + "Connection: keep-alive\r\n\r\nx").keeps_alive);
  EXPECT_TRUE(read("HTTP/1.1 204 No Content\r\n\r\n").keeps_alive);
  EXPECT_TRUE(read(kOk + "Content-Length: 0\r\n\r\n").keeps_alive);
  for (const std::string& bytes :
       {kOk + length + "Connection: x, Close\r\n\r\nx", "HTTP/1.0 200 OK\r\n" + length + "\r\nx",
        kOk + "Content-Length: 1\n\r\nx", kOk + length + "\r\nxy", kChunked + "0\r\n\r\nHTTP/1.1",
        std::string("HTTP/1.1 204 No Content\r\n\r\nx"),
        std::string("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n"),
        std::string("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n")}) {
    const Outcome out = read(bytes);
    EXPECT_EQ(out.state, State::kDone) << bytes;
    EXPECT_FALSE(out.keeps_alive) << bytes;
  }
}

TEST_F(AnswerReaderTest, WhatFollowsABodyReceivedInPlaceIsNotLeftForTheNextAnswer) {
  const std::string head = kOk + "Content-Length: 11\r\n\r\n";
  const Outcome out = read(head + "hello worldHTTP/1.1 200 OK\r\n", {head.size() + 5});
  ASSERT_EQ(out.state, State::kDone);
  EXPECT_EQ(out.response.body, "hello world");
  EXPECT_EQ(out.response.wire_bytes, 11u);
  EXPECT_FALSE(out.keeps_alive);
}

TEST_F(AnswerReaderTest, AnswersWithoutABodyHaveNone) {
  EXPECT_EQ(read("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc").response.body, "");
  const Outcome out = read("HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\n\r\n");
  EXPECT_EQ(out.state, State::kDone);
  EXPECT_EQ(out.response.status, 304);
  EXPECT_EQ(out.response.reason, "Not Modified");
}

TEST_F(AnswerReaderTest, RefusesFramingThatCanBeReadInTwoWays) {
  for (const std::string& bytes : {
           kOk + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
           kOk + "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
           kOk + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n",
           kOk + "Content-Length: 1, 1\r\n\r\n",
           kOk + "Content-Length: +1\r\n\r\n",
           kOk + "Content-Length: 0x1\r\n\r\n",
           kOk + "Content-Length: 18446744073709551616\r\n\r\n",
           kOk + "Content-Length:\r\n\r\n",
           kOk + "Content-Length : 1\r\n\r\n",
           kOk + "Transfer-Encoding: gzip\r\n\r\n",
           kOk + "Transfer-Encoding: gzip, chunked\r\n\r\n",
           kOk + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
           kOk + "Transfer-Encoding:\r\n chunked\r\n\r\n",
           std::string("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
           kOk + "X: a\rb\r\n\r\n",
           kOk + "X: a" + std::string(1, '\0') + "\r\n\r\n",
           kOk + "no colon\r\n\r\n",
           kOk + ": no name\r\n\r\n",
           std::string("HTTP/1.1 101 Switching Protocols\r\n\r\n"),
           std::string("HTTP/2 200\r\n\r\n"),
           std::string("HTTP/1.1 2000 OK\r\n\r\n"),
           std::string("HTTP/1.1 +20 OK\r\n\r\n"),
           std::string("HTTP/1.1 99 x\r\n\r\n"),
           std::string("HTTP/1.1200 OK\r\n\r\n"),
           std::string("HTTP/1.1 200 O\x01K\r\n\r\n"),
           std::string("SSH-2.0-x\r\n"),
           std::string("x"),
           std::string("\r\n\r\n"),
           kChunked + "\r\n",
           kChunked + "-1\r\n",
           kChunked + "0x1\r\nx\r\n0\r\n\r\n",
           kChunked + "fffffffffffffffff\r\n",
           kChunked + "1\nx\r\n0\r\n\r\n",
           kChunked + "1\rx",
           kChunked + "1\r\nxx\r\n0\r\n\r\n",
           kChunked + "1\r\nx\n0\r\n\r\n",
           kChunked + "1;x\ny\r\nx\r\n0\r\n\r\n",
           kChunked + "0\r\nTrailer\n\r\n",
           kChunked + "1;" + std::string(20'000, 'x') + "\r\n",
       }) {
    const Outcome out = read(bytes);
    EXPECT_EQ(out.state, State::kFailed) << bytes;
    EXPECT_EQ(out.error.code, Code::kUnavailable);
    EXPECT_TRUE(out.error.message.starts_with("host:80: malformed HTTP response")) << bytes;
  }
}

TEST_F(AnswerReaderTest, EndlessTrailersAndHeadsAreRefused) {
  std::string trailers = kChunked + "0\r\n";
  for (int i = 0; i < 10'000; ++i) trailers += "A: b\r\n";
  EXPECT_EQ(read(trailers).state, State::kFailed);
  std::string head = kOk;
  for (int i = 0; i < 300; ++i) head += "X: " + std::string(1000, 'x') + "\r\n";
  EXPECT_EQ(read(head).error.message, "host:80: the answer's headers are too large");
  std::string interim;
  for (int i = 0; i < 20'000; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(read(interim).error.message, "host:80: the answer's headers are too large");
}

TEST_F(AnswerReaderTest, BodiesAreLimitedInEveryFraming) {
  const std::string body(11, 'x');
  for (const std::string& bytes :
       {kOk + "Content-Length: 11\r\n\r\n", kChunked + "6\r\nxxxxxx\r\n5\r\nxxxxx\r\n0\r\n\r\n",
        kOk + "\r\n" + body}) {
    const Outcome out = read(bytes, {}, true, 10);
    ASSERT_EQ(out.state, State::kFailed) << bytes;
    EXPECT_EQ(out.error.code, Code::kLimit);
    EXPECT_EQ(out.error.message, "host:80: body size limit exceeded: more than 10 bytes");
  }
  EXPECT_EQ(read(kOk + "Content-Length: 11\r\n\r\n" + body, {}, true, 11).state, State::kDone);
}

std::string coded(std::string_view codings, std::string_view body) {
  return kOk + "Content-Encoding: " + std::string(codings) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TEST_F(AnswerReaderTest, UndoesContentCodings) {
  const std::string plain(800, 'a');
  const std::string once = *gzip(plain);
  for (int i = 0; i < 3; ++i) {  // the memory of one serves the next
    EXPECT_EQ(read(coded("gzip", once)).response.body, plain);
    EXPECT_EQ(read(coded("gzip, X-GZIP", *gzip(once))).response.body, plain);
    EXPECT_EQ(read(coded("identity", "abc")).response.body, "abc");
    EXPECT_EQ(read(coded("gzip", once + once), {}, false, 2000).response.body, plain + plain);
  }
  const Outcome out = read(coded("gzip", once));
  EXPECT_EQ(out.response.wire_bytes, once.size());
}

TEST_F(AnswerReaderTest, DamagedAndUnknownCodingsAreErrors) {
  const std::string good = *gzip(std::string(800, 'a'));
  std::string bad_checksum = good;
  bad_checksum[bad_checksum.size() - 6] ^= 1;
  for (const std::string& bytes :
       {coded("tea", "x"), coded("gzip", "x"), coded("gzip", good.substr(0, good.size() - 1)),
        coded("gzip", good + "x"), coded("gzip", bad_checksum), coded("deflate", "xyz"),
        coded("zstd", "xyz"), coded("gzip,gzip,gzip,gzip,gzip,gzip", good)}) {
    const Outcome out = read(bytes);
    EXPECT_EQ(out.state, State::kFailed);
    EXPECT_EQ(out.error.message, "host:80: the answer's compression is damaged or unknown");
  }
}

TEST_F(AnswerReaderTest, BombsAreDefused) {
  std::string bomb = *gzip(std::string(30'000'000, '\0'));
  const Outcome out = read(coded("gzip", bomb), {}, false, 1'000'000);
  EXPECT_EQ(out.error.code, Code::kLimit);
  bomb = *gzip(bomb);
  EXPECT_EQ(read(coded("gzip, gzip", bomb), {}, false, 1'000'000).error.code, Code::kLimit);
  // Larger than it may become.
  const std::string wide = kOk + "Content-Encoding: gzip\r\nContent-Length: 1000000\r\n\r\n";
  EXPECT_EQ(read(wide).error.code, Code::kLimit);
}

TEST_F(AnswerReaderTest, LargeBodiesArriveWhole) {
  std::string body;
  for (int i = 0; body.size() < 3'000'000; ++i) body += std::to_string(i) + ' ';
  const std::string length = std::to_string(body.size());
  EXPECT_EQ(read(kOk + "Content-Length: " + length + "\r\n\r\n" + body, {}, false, 1u << 22)
                .response.body,
            body);
  EXPECT_EQ(read(kOk + "\r\n" + body, {}, true, 1u << 22).response.body, body);
}

}  // namespace
}  // namespace tocsin::net
