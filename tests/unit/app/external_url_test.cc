#include "engine/app/external_url.h"

#include <gtest/gtest.h>

namespace tocsin::app {
namespace {

TEST(ExternalUrl, TakesTrailingSlashesOff) {
  EXPECT_EQ(*parse_external_url("https://alerts.example.org:8443//"),
            "https://alerts.example.org:8443");
  EXPECT_EQ(*parse_external_url(""), "");
}

TEST(ExternalUrl, RefusesAPathByName) {
  const auto url = parse_external_url("http://example.org/prom/");
  ASSERT_FALSE(url.ok());
  EXPECT_EQ(url.error().code, base::Code::kUnsupported);
  EXPECT_NE(url.error().message.find("/prom"), std::string::npos);
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
