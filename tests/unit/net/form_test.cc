#include <gtest/gtest.h>

#include "engine/net/http_server.h"
#include "engine/net/listen_address.h"
#include "engine/net/reply.h"

namespace tocsin::net {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(ParseForm, DecodesInOrder) {
  EXPECT_EQ(
      parse_form("query=a%2Bb+c&match%5B%5D=x&match%5B%5D=&flag&&=v"),
      (Pairs{{"query", "a+b c"}, {"match[]", "x"}, {"match[]", ""}, {"flag", ""}, {"", "v"}}));
}

TEST(ParseForm, KeepsMalformedEscapes) {
  EXPECT_EQ(parse_form("a=%zz%4"), (Pairs{{"a", "%zz%4"}}));
}

TEST(Encode, LeavesUnreservedCharactersAlone) {
  EXPECT_EQ(percent_encode("aZ0-._~ /\xc3\xa4"), "aZ0-._~%20%2F%C3%A4");
  EXPECT_EQ(query_escape("a b&c"), "a+b%26c");
}

TEST(ListenAddress, SplitsHostAndPort) {
  const auto v6 = parse_listen_address("[::1]:0");
  ASSERT_TRUE(v6.ok());
  EXPECT_EQ(v6->host, "::1");
  const auto any = parse_listen_address(":9099");
  ASSERT_TRUE(any.ok());
  EXPECT_EQ(any->host, "");
  EXPECT_EQ(any->port, 9099);
}

TEST(ListenAddress, RefusesWhatHasNoPort) {
  EXPECT_FALSE(parse_listen_address("localhost").ok());
  EXPECT_FALSE(parse_listen_address("a:65536").ok());
  EXPECT_FALSE(parse_listen_address("a:x").ok());
  EXPECT_FALSE(parse_listen_address("::1:80").ok());
}

TEST(Reply, HasAnHttpDate) { EXPECT_EQ(http_date(784111777000), "Sun, 06 Nov 1994 08:49:37 GMT"); }

TEST(Reply, HeadersCannotSmuggleLines) {
  const ServerResponse response{200, "text/plain", {{"X", "a\r\nY: b"}}, "body"};
  EXPECT_EQ(reply_head(response, net::BodyFraming::kLength, false, 0),
            "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\nX: a  Y: b\r\n"
            "Content-Type: text/plain\r\nContent-Length: 4\r\nConnection: close\r\n\r\n");
}

}  // namespace
}  // namespace tocsin::net
