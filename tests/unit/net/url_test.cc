#include "engine/net/url.h"

#include <gtest/gtest.h>

namespace tocsin::net {
namespace {

Url url(const std::string& text) { return *parse_url(text); }

TEST(Url, KnowsItsParts) {
  const Url plain = url("http://Example.org/x?y=z");
  EXPECT_EQ(plain.scheme, "http");
  EXPECT_EQ(plain.port, 80);
  EXPECT_EQ(url("https://[::1]/").authority(), "[::1]:443");
  EXPECT_EQ(url("http://u:p@h:8080/").authority(), "h:8080");
}

TEST(Url, RefusesOtherSchemesAndNonsense) {
  EXPECT_EQ(parse_url("ftp://a/").error().message,
            "invalid URL: unsupported protocol scheme \"ftp\"");
  EXPECT_FALSE(parse_url("file:///etc/passwd").ok());
  EXPECT_FALSE(parse_url("http://").ok());
  EXPECT_FALSE(parse_url("http://a:99999/").ok());
  EXPECT_FALSE(parse_url("http://a b/").ok());
  EXPECT_FALSE(parse_url("http://b\xc3\xbc"
                         "cher.example/")
                   .ok());
}

TEST(Url, FollowsRelativeAndAbsoluteLocations) {
  EXPECT_EQ(follow(url("http://h:1/a/b?c"), "../d")->text, "http://h:1/d");
  EXPECT_EQ(follow(url("http://h:1/a"), "https://i/")->text, "https://i/");
  EXPECT_EQ(follow(url("http://u:p@h/a"), "http://v:q@i/")->text, "http://i/");
  EXPECT_FALSE(follow(url("http://h/"), "gopher://h/").ok());
}

TEST(Url, CredentialsStayWithTheirHost) {
  EXPECT_TRUE(may_share_credentials(url("http://h/a"), url("http://h/b")));
  EXPECT_TRUE(may_share_credentials(url("http://h/"), url("https://h/")));
  EXPECT_FALSE(may_share_credentials(url("https://h/"), url("http://h/")));
  EXPECT_FALSE(may_share_credentials(url("http://h:1/"), url("http://h:2/")));
  EXPECT_FALSE(may_share_credentials(url("http://h/"), url("http://sub.h/")));
}

TEST(Url, IsRedactedForPeople) {
  EXPECT_EQ(redact_url("https://user:pw@h:1/p?token=abc&x=1#f"),
            "https://h:1/p?token=xxxxx&x=xxxxx#f");
  EXPECT_EQ(redact_url("http://h/"), "http://h/");
  EXPECT_EQ(redact_url("nonsense"), "<invalid URL>");
}

}  // namespace
}  // namespace tocsin::net
