#include "engine/scrape/negotiation.h"

#include <gtest/gtest.h>

namespace tocsin::scrape {
namespace {

TEST(Negotiation, OffersTextWithUpstreamsWeights) {
  const std::vector<std::string> both{"PrometheusText1.0.0", "PrometheusText0.0.4"};
  EXPECT_EQ(accept_header(both, "allow-utf-8"),
            "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.5,"
            "*/*;q=0.4");
}

TEST(Negotiation, RefusesOtherFormatsByName) {
  EXPECT_EQ(check_protocol("OpenMetricsText1.0.0", {}).error().code, base::Code::kUnsupported);
  EXPECT_EQ(check_protocol("PrometheusProto", {}).error().code, base::Code::kUnsupported);
  EXPECT_EQ(check_protocol("Text", {}).error().code, base::Code::kInvalid);
  EXPECT_TRUE(check_content_type("text/plain; version=0.0.4; charset=utf-8", false).ok());
  EXPECT_TRUE(check_content_type("TEXT/Plain", false).ok());
  EXPECT_EQ(check_content_type("application/openmetrics-text; version=1.0.0", true).error().message,
            "the target answered with application/openmetrics-text, but only the text format "
            "(text/plain) is supported");
  EXPECT_EQ(check_content_type("", false).error().message,
            "non-compliant scrape target sending blank Content-Type and no "
            "fallback_scrape_protocol specified for target");
  EXPECT_EQ(check_content_type("text/html", false).error().message,
            "received unsupported Content-Type \"text/html\" and no fallback_scrape_protocol "
            "specified for target");
  EXPECT_TRUE(check_content_type("text/html", true).ok());
  EXPECT_TRUE(check_content_type("", true).ok());
}

}  // namespace
}  // namespace tocsin::scrape
