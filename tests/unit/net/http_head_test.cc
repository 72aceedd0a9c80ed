#include "engine/net/http_head.h"

#include <gtest/gtest.h>

namespace tocsin::net {
namespace {

/// 200, or the status of the refusal.
int status_of(std::string_view head) {
  const auto checked = check_head(head);
  return checked ? 200 : checked.error().status;
}

struct HeadCase {
  const char* name;
  std::string head;
  int status;
};

class HeadTable : public ::testing::TestWithParam<HeadCase> {};

TEST_P(HeadTable, IsJudgedAsExpected) { EXPECT_EQ(status_of(GetParam().head), GetParam().status); }

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n";
const std::string kPost = "POST / HTTP/1.1\r\nHost: a\r\n";

INSTANTIATE_TEST_SUITE_P(
    Heads, HeadTable,
    ::testing::Values(
        HeadCase{"Plain", kGet + "\r\n", 200},
        HeadCase{"AbsoluteForm", "GET http://a:1/x?y HTTP/1.1\r\nHost: a\r\n\r\n", 200},
        HeadCase{"AbsoluteFormWithoutPath", "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", 200},
        HeadCase{"OldWithoutHost", "GET / HTTP/1.0\r\n\r\n", 200},
        HeadCase{"EmptyHeaderValue", kGet + "X:\r\n\r\n", 200},
        HeadCase{"Utf8HeaderValue", kGet + "X: \xc3\xa4\r\n\r\n", 200},
        HeadCase{"Chunked", kPost + "Transfer-Encoding: Chunked\r\n\r\n", 200},
        HeadCase{"Length", kPost + "Content-Length: 5\r\n\r\n", 200},
        HeadCase{"LengthAndChunked",
                 kPost + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        HeadCase{"ChunkedAndLength",
                 kPost + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400},
        HeadCase{"TwoLengths", kPost + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", 400},
        HeadCase{"LengthList", kPost + "Content-Length: 5, 5\r\n\r\n", 400},
        HeadCase{"SignedLength", kPost + "Content-Length: +5\r\n\r\n", 400},
        HeadCase{"NegativeLength", kPost + "Content-Length: -5\r\n\r\n", 400},
        HeadCase{"HexLength", kPost + "Content-Length: 0x5\r\n\r\n", 400},
        HeadCase{"HugeLength", kPost + "Content-Length: 18446744073709551616\r\n\r\n", 400},
        HeadCase{"EmptyLength", kPost + "Content-Length:\r\n\r\n", 400},
        HeadCase{"GzipCoding", kPost + "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n\r\n", 400},
        HeadCase{"ChunkedTwice", kPost + "Transfer-Encoding: chunked, chunked\r\n\r\n", 400},
        HeadCase{"TwoCodings",
                 kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        HeadCase{"FoldedCoding", kPost + "Transfer-Encoding:\r\n chunked\r\n\r\n", 400},
        HeadCase{"ChunkedOnOldVersion", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
                 400},
        HeadCase{"Folding", kGet + "X: a\r\n b\r\n\r\n", 400},
        HeadCase{"NoHost", "GET / HTTP/1.1\r\n\r\n", 400},
        HeadCase{"TwoHosts", kGet + "Host: b\r\n\r\n", 400},
        HeadCase{"OddHost", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
        HeadCase{"HostWithUser", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
        HeadCase{"BareLf", "GET / HTTP/1.1\nHost: a\n\n", 400},
        HeadCase{"BareCr", "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400},
        HeadCase{"SpaceBeforeColon", kGet + "X : b\r\n\r\n", 400},
        HeadCase{"NoColon", kGet + "X\r\n\r\n", 400},
        HeadCase{"EmptyName", kGet + ": b\r\n\r\n", 400},
        HeadCase{"NulInValue", kGet + std::string("X: \0\r\n\r\n", 8), 400},
        HeadCase{"ControlInName", kGet + "X\x01: b\r\n\r\n", 400},
        HeadCase{"ControlInTarget", "GET /\x7f HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        HeadCase{"TabInTarget", "GET /\t HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        HeadCase{"SpaceInTarget", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        HeadCase{"Fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        HeadCase{"Authority", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        HeadCase{"Asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        HeadCase{"OddMethod", "G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        HeadCase{"LongMethod", std::string(33, 'G') + " / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        HeadCase{"NoTarget", "GET HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        HeadCase{"LeadingBlankLine", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        HeadCase{"BadEscape", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        HeadCase{"CutEscape", "GET /%4 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        HeadCase{"NulEscape", "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        HeadCase{"UnknownExpectation", kPost + "Expect: tea\r\n\r\n", 417},
        HeadCase{"Version2", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        HeadCase{"NotHttp", "GET / ICY/1.1\r\nHost: a\r\n\r\n", 400},
        HeadCase{"Truncated", "GET / HTTP/1.1\r\nHost: a\r\n", 400},
        HeadCase{"BytesAfterwards", kGet + "\r\nGET", 400}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(CheckHead, RefusesMoreHeadersThanTheLimit) {
  std::string head = kGet;
  for (size_t i = 0; i < kRequestHeadersMax; ++i) head += "X: y\r\n";
  EXPECT_EQ(status_of(head + "\r\n"), 431);
}

TEST(CheckHead, ReadsEveryPart) {
  const auto head = check_head(
      "POST /a%20b/c?x=%31 HTTP/1.1\r\nHost: a:9090\r\nX-Thing:  y \t\r\n"
      "Content-Length: 12\r\nConnection: x, Close\r\nExpect: 100-continue\r\n\r\n");
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->method, "POST");
  EXPECT_EQ(head->path, "/a b/c");
  EXPECT_EQ(head->query, "x=%31");
  EXPECT_EQ(head->content_length, 12u);
  EXPECT_FALSE(head->chunked);
  EXPECT_FALSE(head->keep_alive);
  EXPECT_TRUE(head->expects_continue);
  EXPECT_EQ(head->headers[1], (std::pair<std::string, std::string>("x-thing", "y")));
}

TEST(CheckHead, OldVersionsCloseAfterTheAnswer) {
  EXPECT_FALSE(check_head("GET / HTTP/1.0\r\n\r\n")->keep_alive);
  EXPECT_TRUE(check_head(kGet + "\r\n")->keep_alive);
}

TEST(FindHeadEnd, GoesOnWhereItStopped) {
  size_t line = 0;
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\r\nHo", line), std::string_view::npos);
  EXPECT_EQ(line, 16u);
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\r\nHost: a\r\n\r\nrest", line), 27u);
}

TEST(FindHeadEnd, StopsAtALineWithoutCarriageReturn) {
  size_t line = 0;
  EXPECT_EQ(find_head_end("GET / HTTP/1.1\nHost", line), 15u);
}

}  // namespace
}  // namespace tocsin::net
