#include "engine/app/external_url.h"

#include <gtest/gtest.h>

namespace tocsin::app {
namespace {

TEST(ExternalUrl, TakesTrailingSlashesOff) {
  EXPECT_EQ(*parse_external_url("https://alerts.example.org:8443//"),
            "https://alerts.example.org:8443");
  EXPECT_EQ(*parse_external_url(""), "");
}

TEST(ExternalUrl, HasAPath) {
  const std::string url = *parse_external_url("http://example.org:80/a/prom/");
  EXPECT_EQ(url, "http://example.org:80/a/prom");
  EXPECT_EQ(path_of(url), "/a/prom");
  EXPECT_EQ(origin_of(url), "http://example.org:80");
  EXPECT_EQ(path_of("http://example.org"), "");
}

TEST(ExternalUrl, TrimsRoutePrefixes) {
  for (const char* text : {"/a/b", "a/b", "//a/b/"}) EXPECT_EQ(trim_route_prefix(text), "/a/b");
  for (const char* text : {"", "/", "//"}) EXPECT_EQ(trim_route_prefix(text), "");
}

TEST(ExternalUrl, RefusesWhatIsNoAddress) {
  for (const char* text : {"example.org", "ftp://example.org", "http://", "http:///x",
                           "http://a?b=c", "http://a#b", "http://a b"}) {
    EXPECT_FALSE(parse_external_url(text).ok()) << text;
  }
}

TEST(ExternalUrl, GuessesTheMachinesName) {
  EXPECT_EQ(default_external_url(9099), "http://" + host_name() + ":9099");
  EXPECT_FALSE(host_name().empty());
}

}  // namespace
}  // namespace tocsin::app
