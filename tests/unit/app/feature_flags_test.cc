#include "engine/app/feature_flags.h"

#include <gtest/gtest.h>

#include <string>

namespace tocsin::app {
namespace {

using promql::Features;

struct Switch {
  const char* name;
  bool Features::*member;
};

class Switches : public testing::TestWithParam<Switch> {};

TEST_P(Switches, TurnTheirFeatureOnAndNoOther) {
  const auto features = parse_features(GetParam().name);
  ASSERT_TRUE(features.has_value());
  for (bool Features::*member :
       {&Features::binop_fill_modifiers, &Features::delayed_name_removal,
        &Features::experimental_functions, &Features::extended_range_selectors,
        &Features::per_step_stats, &Features::type_and_unit_labels,
        &Features::use_start_timestamps}) {
    EXPECT_EQ((*features).*member, member == GetParam().member);
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Switches,
    testing::Values(Switch{"promql-binop-fill-modifiers", &Features::binop_fill_modifiers},
                    Switch{"promql-delayed-name-removal", &Features::delayed_name_removal},
                    Switch{"promql-experimental-functions", &Features::experimental_functions},
                    Switch{"promql-extended-range-selectors", &Features::extended_range_selectors},
                    Switch{"type-and-unit-labels", &Features::type_and_unit_labels},
                    Switch{"use-start-timestamps", &Features::use_start_timestamps},
                    Switch{"promql-duration-expr", nullptr}, Switch{"native-histograms", nullptr},
                    Switch{"ooo-native-histograms", nullptr}, Switch{"", nullptr}));

TEST(FeatureFlags, ComeInLists) {
  const auto features = parse_features("promql-experimental-functions,use-start-timestamps");
  ASSERT_TRUE(features.has_value());
  EXPECT_TRUE(features->experimental_functions);
  EXPECT_TRUE(features->use_start_timestamps);
  EXPECT_FALSE(parse_features("use-start-timestamps,old-ui").has_value());
}

// All names of Prometheus 3.14 that are not taken.
TEST(FeatureFlags, MissingOnesAreRefusedByName) {
  for (const std::string name :
       {"auto-reload-config", "concurrent-rule-eval", "created-timestamp-zero-ingestion",
        "delayed-compaction", "exemplar-storage", "extra-scrape-metrics", "fast-startup",
        "histograms-st-encoding", "memory-snapshot-on-shutdown", "metadata-wal-records", "old-ui",
        "otlp-deltatocumulative", "otlp-native-delta-ingestion", "search-api", "st-storage",
        "st-synthesis", "use-uncached-io", "xor2-encoding"}) {
    const auto features = parse_features(name);
    ASSERT_FALSE(features.has_value()) << name;
    EXPECT_EQ(features.error().code, base::Code::kUnsupported);
    EXPECT_TRUE(features.error().message.starts_with("feature \"" + name + "\" is not supported: "))
        << features.error().message;
  }
}

TEST(FeatureFlags, TypingErrorsAreRefused) {
  const auto features = parse_features("promql-delayed-name-removl");
  ASSERT_FALSE(features.has_value());
  EXPECT_EQ(features.error().message,
            "unknown feature \"promql-delayed-name-removl\"; did you mean "
            "\"promql-delayed-name-removal\"?");
  EXPECT_EQ(parse_features(" old-ui").error().code, base::Code::kInvalid);
}

}  // namespace
}  // namespace tocsin::app
