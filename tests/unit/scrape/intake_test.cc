#include "engine/scrape/intake.h"

#include <gtest/gtest.h>

#include "tests/support/memory_sink.h"

namespace tocsin::scrape {
namespace {

using base::Labels;
using base::Status;

/// An intake over a remembered store, scraped by hand.
class IntakeTest : public ::testing::Test {
 protected:
  explicit IntakeTest(TypeLabels type_labels = TypeLabels::kNone)
      : intake_(sink_.open_stream("t"), Labels::of({{"job", "j"}, {"instance", "i"}}),
                type_labels) {
    intake_.set_report({Labels::of({{"__name__", "up"}})});
    set_policy({});
  }

  void set_policy(IntakePolicy policy) {
    intake_.set_policy(std::make_shared<const IntakePolicy>(std::move(policy)));
  }
  void set_rules(const char* yaml) {
    const auto node = config::parse_yaml_document(yaml, "");
    IntakePolicy policy;
    policy.labels.metric_rules = *config::parse_relabel_rules(*node, "rule");
    set_policy(std::move(policy));
  }

  /// Scrapes `body` at `t` as a loop does. "" or the error.
  std::string scrape(base::TimestampMs t, std::string body) {
    const Status status = intake_.read(body, t);
    if (!status.ok()) {
      EXPECT_TRUE(intake_.read_nothing(t).ok());
    }
    const double up = status.ok() ? 1 : 0;
    EXPECT_TRUE(intake_.commit(std::span(&up, 1)).ok());
    return status.ok() ? "" : status.error().message;
  }
  std::string got(const std::string& series) const { return sink_.memory().samples(series); }

  testing::MemorySink sink_;
  Intake intake_;
};

/// The same, with the feature type-and-unit-labels.
class TypedIntakeTest : public IntakeTest {
 protected:
  TypedIntakeTest() : IntakeTest(TypeLabels::kAdded) {}
};

const char* const kA = R"(a{instance="i", job="j"})";
const char* const kB = R"(b{instance="i", job="j"})";
const char* const kC = R"(c{instance="i", job="j"})";

TEST_F(IntakeTest, StoresColumnsAndReport) {
  EXPECT_EQ(scrape(10, "a 1\nb 2\n"), "");
  EXPECT_EQ(scrape(20, "a 3\nb 4\n"), "");
  EXPECT_EQ(got(kA), "1@10 3@20");
  EXPECT_EQ(got(kB), "2@10 4@20");
  EXPECT_EQ(got("up"), "1@10 1@20");
  EXPECT_EQ(intake_.counts().scraped, 2u);
  EXPECT_EQ(intake_.counts().series_added, 0u);
  EXPECT_EQ(intake_.series(), 2u);
}

TEST_F(IntakeTest, FollowsLinesThatMove) {
  scrape(10, "a 1\nb 2\nc 3\n");
  scrape(20, "c 4\na 5\nb 6\n");
  scrape(30, "b 7\nc 8\na 9\n");
  EXPECT_EQ(got(kA), "1@10 5@20 9@30");
  EXPECT_EQ(got(kB), "2@10 6@20 7@30");
  EXPECT_EQ(got(kC), "3@10 4@20 8@30");
}

TEST_F(IntakeTest, MarksVanishedSeriesStaleInTheSameColumn) {
  scrape(10, "a 1\nb 2\nc 3\n");
  scrape(20, "a 4\nc 5\n");
  scrape(30, "a 6\nb 7\nc 8\n");
  EXPECT_EQ(got(kA), "1@10 4@20 6@30");
  EXPECT_EQ(got(kB), "2@10 stale@20 7@30");
  EXPECT_EQ(got(kC), "3@10 5@20 8@30");
  EXPECT_EQ(intake_.series(), 3u);
}

TEST_F(IntakeTest, TruncatedTailGoesStale) {
  scrape(10, "a 1\nb 2\n");
  scrape(20, "a 1\n");
  scrape(30, "");
  EXPECT_EQ(got(kA), "1@10 1@20 stale@30");
  EXPECT_EQ(got(kB), "2@10 stale@20");
  EXPECT_EQ(got("up"), "1@10 1@20 1@30");
}

TEST_F(IntakeTest, FailedBodyLeavesNothingButMarkers) {
  scrape(10, "a 1\n");
  EXPECT_EQ(scrape(20, "a 2\nnew 5\nb x\n"), "line 3: \"x\" is not a number");
  EXPECT_EQ(got(kA), "1@10 stale@20");
  EXPECT_EQ(got(R"(new{instance="i", job="j"})"), "");
  EXPECT_EQ(got("up"), "1@10 0@20");
  EXPECT_EQ(intake_.counts().scraped, 2u);
  EXPECT_EQ(scrape(30, "a 3\n"), "");
  EXPECT_EQ(got(kA), "1@10 stale@20 3@30");
}

TEST_F(IntakeTest, FirstOfADuplicateWins) {
  EXPECT_EQ(scrape(10, "a 1\na 2\n"), "");
  EXPECT_EQ(intake_.counts().duplicate, 1u);
  EXPECT_EQ(scrape(20, "a 3\na 3\n"), "");
  EXPECT_EQ(intake_.counts().duplicate, 1u);
  EXPECT_EQ(got(kA), "1@10 3@20");
}

TEST_F(IntakeTest, OneSeriesInTwoSpellings) {
  scrape(10, "a{x=\"1\",y=\"2\"} 1\n");
  scrape(20, "a{y=\"2\",x=\"1\"} 2\n");
  scrape(30, "a{y=\"2\", x=\"1\"} 3\na{x=\"1\",y=\"2\"} 4\n");
  EXPECT_EQ(got(R"(a{instance="i", job="j", x="1", y="2"})"), "1@10 2@20 3@30");
  EXPECT_EQ(intake_.counts().duplicate, 1u);
}

TEST_F(IntakeTest, ConflictingLabelsAreExported) {
  scrape(10, "a{job=\"x\",exported_job=\"y\",instance=\"\"} 1\n");
  EXPECT_EQ(got(R"(a{exported_exported_job="x", exported_job="y", instance="i", job="j"})"),
            "1@10");
}

TEST_F(IntakeTest, HonorLabelsLetsExposedOnesWin) {
  IntakePolicy policy;
  policy.labels.honor_labels = true;
  set_policy(policy);
  scrape(10, "a{job=\"x\",instance=\"\"} 1\nb 2\n");
  EXPECT_EQ(got(R"(a{job="x"})"), "1@10");
  EXPECT_EQ(got(kB), "2@10");
}

TEST_F(IntakeTest, NormalisesBucketBounds) {
  scrape(10,
         "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\n"
         "# TYPE s summary\ns{quantile=\"1\",le=\"1\"} 3\n# TYPE g gauge\ng{le=\"1\"} 4\n");
  EXPECT_EQ(got(R"(h_bucket{instance="i", job="j", le="1.0"})"), "1@10");
  EXPECT_EQ(got(R"(h_bucket{instance="i", job="j", le="+Inf"})"), "2@10");
  EXPECT_EQ(got(R"(s{instance="i", job="j", le="1", quantile="1.0"})"), "3@10");
  EXPECT_EQ(got(R"(g{instance="i", job="j", le="1"})"), "4@10");
}

TEST_F(IntakeTest, NewSeriesKnowsTheTypeOfARememberedLine) {
  scrape(10, "# TYPE h histogram\nh_bucket{le=\"1\"} 1\n");
  scrape(20, "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"2\"} 2\n");
  EXPECT_EQ(got(R"(h_bucket{instance="i", job="j", le="2.0"})"), "2@20");
}

TEST_F(IntakeTest, DropsAndRewritesByMetricRelabelConfigs) {
  set_rules(
      "- {source_labels: [__name__], regex: b, action: drop}\n"
      "- {source_labels: [__name__], regex: a, target_label: __name__, replacement: z}\n");
  scrape(10, "a 1\nb 2\n");
  scrape(20, "a 3\nb 4\n");
  EXPECT_EQ(got(R"(z{instance="i", job="j"})"), "1@10 3@20");
  EXPECT_EQ(got(kB), "");
  EXPECT_EQ(intake_.counts().scraped, 2u);
  EXPECT_EQ(intake_.counts().after_relabel, 1u);
}

TEST_F(IntakeTest, MissingNameVoidsTheScrape) {
  set_rules("- {regex: __name__, action: labeldrop}\n");
  EXPECT_EQ(scrape(10, "a 1\n"),
            "missing metric name (__name__ label) in {instance=\"i\", job=\"j\"}");
}

TEST_F(IntakeTest, ChangedPolicyKeepsSeriesThatRemain) {
  scrape(10, "a 1\nb 2\n");
  set_rules("- {source_labels: [__name__], regex: b, action: drop}\n");
  scrape(20, "a 3\nb 4\n");
  EXPECT_EQ(got(kA), "1@10 3@20");
  EXPECT_EQ(got(kB), "2@10 stale@20");
  EXPECT_EQ(intake_.counts().series_added, 0u);
}

TEST_F(IntakeTest, ExplicitTimestampsGoTheirOwnWay) {
  scrape(10'000, "a 1 5000\nb 2\n");
  scrape(20'000, "a 3 15000\nb 4\n");
  scrape(30'000, "b 5\n");
  EXPECT_EQ(got(kA), "1@5000 3@15000");
  EXPECT_EQ(scrape(40'000, "a 6 640001\n"), "");
  EXPECT_EQ(intake_.counts().out_of_bounds, 1u);
}

TEST_F(IntakeTest, TrackedTimestampsGoStale) {
  IntakePolicy policy;
  policy.track_timestamps_staleness = true;
  set_policy(policy);
  scrape(10'000, "a 1 5000\nb 2 6000\n");
  scrape(20'000, "a 3 15000\n");
  scrape(30'000, "a x\n");
  EXPECT_EQ(got(kA), "1@5000 3@15000 stale@30000");
  EXPECT_EQ(got(kB), "2@6000 stale@20000");
}

TEST_F(IntakeTest, TimestampsNoLongerTrackedGetNoMarkers) {
  IntakePolicy policy;
  policy.track_timestamps_staleness = true;
  set_policy(policy);
  scrape(10'000, "a 1 5000\n");
  set_policy({});
  scrape(20'000, "b 2\n");
  scrape(30'000, "c 3\n");
  scrape(40'000, "!\n");
  EXPECT_EQ(got(kA), "1@5000");
  EXPECT_EQ(got(kB), "2@20000 stale@30000");
  EXPECT_EQ(got(kC), "3@30000 stale@40000");
}

TEST_F(IntakeTest, EmptyLabelNamesVoidTheScrape) {
  EXPECT_EQ(scrape(10, "a{\"\"=\"x\"} 1\n").substr(0, 36), "invalid metric name or label names: ");
  set_rules("- {regex: x, action: labelmap, replacement: \"$9\"}\n");
  EXPECT_EQ(scrape(20, "a{x=\"1\"} 1\n").substr(0, 36), "invalid metric name or label names: ");
}

TEST_F(IntakeTest, BoundsTheLabelsOfASeries) {
  set_rules("- {regex: x.*, action: labeldrop}\n");
  std::string labels;
  for (size_t i = 0; i < kExposedLabelsMax; ++i) labels += "x" + std::to_string(i) + "=\"1\",";
  EXPECT_EQ(scrape(10, "a{" + labels + "} 1\n"), "");
  EXPECT_EQ(scrape(20, "a{" + labels + "y=\"1\"} 1\n"),
            "series with 1025 labels (metric: a); the limit is 1024");
}

TEST_F(IntakeTest, IgnoredTimestampsAreTheScrapes) {
  IntakePolicy policy;
  policy.honor_timestamps = false;
  set_policy(policy);
  scrape(10, "a 1 5000\n");
  scrape(20, "a 2 5000\n");
  EXPECT_EQ(got(kA), "1@10 2@20");
}

TEST_F(IntakeTest, LimitsVoidTheScrape) {
  IntakePolicy policy;
  policy.samples_max = 2;
  set_policy(policy);
  EXPECT_EQ(scrape(10, "a 1\nb 2\n"), "");
  EXPECT_EQ(scrape(20, "a 1\nb 2\nc 3\n"), "sample limit exceeded (limit: 2)");
  EXPECT_EQ(intake_.counts().scraped, 3u);
  EXPECT_EQ(got(kA), "1@10 stale@20");

  policy = {};
  policy.labels.labels_max = 3;
  set_policy(policy);
  EXPECT_EQ(scrape(30, "a{x=\"1\"} 1\n"),
            "label_limit exceeded (metric: a, number of labels: 4, limit: 3)");
  policy = {};
  policy.labels.name_bytes_max = 8;
  set_policy(policy);
  EXPECT_EQ(scrape(40, "a{xxxxxxxxx=\"1\"} 1\n"),
            "label_name_length_limit exceeded (metric: a, label name: xxxxxxxxx, length: 9, limit: "
            "8)");
  policy = {};
  policy.labels.value_bytes_max = 2;
  set_policy(policy);
  EXPECT_EQ(
      scrape(50, "a{x=\"123\"} 1\n"),
      "label_value_length_limit exceeded (metric: a, label name: x, value: \"123\", length: 3, "
      "limit: 2)");
}

TEST_F(IntakeTest, InAFullStoreTheOldSeriesGoOn) {
  scrape(10, "a 1\n");
  sink_.set_rows_max(3);  // up, a and one more
  EXPECT_EQ(scrape(20, "a 2\nb 2\nc 2\n"), "");
  EXPECT_EQ(intake_.counts().series_refused, 2u);
  EXPECT_EQ(intake_.counts().after_relabel, 3u);
  EXPECT_EQ(scrape(30, "a 3\nb 3\n"), "");
  EXPECT_EQ(intake_.counts().series_refused, 0u);
  for (uint32_t i = 1; i < Intake::kRefusedRetry; ++i) scrape(30 + i, "a 4\nb 4\n");
  EXPECT_EQ(got("up").substr(0, 15), "1@10 1@20 1@30 ");
  EXPECT_EQ(got(kA).substr(0, 15), "1@10 2@20 3@30 ");
  EXPECT_EQ(got(kA).find("stale"), std::string::npos);
  EXPECT_EQ(got(kB), "4@39");
}

TEST_F(IntakeTest, LegacyNamesAreEnforcedWhenAsked) {
  IntakePolicy policy;
  policy.labels.names = config::NameValidation::kLegacy;
  set_policy(policy);
  EXPECT_EQ(scrape(10, "{\"a.b\"} 1\n").substr(0, 36), "invalid metric name or label names: ");
}

TEST_F(IntakeTest, KeepsMetadataForTenScrapes) {
  scrape(10, "# HELP a About a.\n# TYPE a counter\na 1\n");
  for (int i = 1; i <= 9; ++i) scrape(10 + i, "a 1\n");
  ASSERT_EQ(intake_.metadata().snapshot().size(), 1u);
  EXPECT_EQ(intake_.metadata().snapshot()[0].help, "About a.");
  EXPECT_EQ(intake_.metadata().snapshot()[0].type, MetricType::kCounter);
  for (int i = 10; i <= 30; ++i) scrape(10 + i, "a 1\n");
  EXPECT_EQ(intake_.metadata().snapshot().size(), 0u);
}

TEST_F(TypedIntakeTest, TypesBecomeLabels) {
  EXPECT_EQ(scrape(10,
                   "before 0\n"
                   "# TYPE a counter\na 1\n"
                   "# HELP b Still of type untyped.\n# TYPE b untyped\nb 2\n"
                   "# TYPE c histogram\nc_bucket{le=\"1\"} 3\nc_count 4\n"
                   "# TYPE d summary\nd{quantile=\"0.50\"} 5\n# a comment\nd_sum 6\n"
                   "# TYPE e gauge\ne 7\n"),
            "");
  EXPECT_EQ(got(R"(before{instance="i", job="j"})"), "0@10");
  EXPECT_EQ(got(R"(a{__type__="counter", instance="i", job="j"})"), "1@10");
  EXPECT_EQ(got(kB), "2@10");
  EXPECT_EQ(got(R"(c_bucket{__type__="histogram", instance="i", job="j", le="1.0"})"), "3@10");
  EXPECT_EQ(got(R"(c_count{__type__="histogram", instance="i", job="j"})"), "4@10");
  EXPECT_EQ(got(R"(d{__type__="summary", instance="i", job="j", quantile="0.5"})"), "5@10");
  EXPECT_EQ(got(R"(d_sum{__type__="summary", instance="i", job="j"})"), "6@10");
  EXPECT_EQ(got(R"(e{__type__="gauge", instance="i", job="j"})"), "7@10");
  EXPECT_EQ(got("up"), "1@10");
}

TEST_F(TypedIntakeTest, TheExposedTypeLabelCountsOnlyWithoutAType) {
  EXPECT_EQ(scrape(10,
                   "# TYPE a counter\na{__type__=\"x\",__unit__=\"s\"} 1\n"
                   "# TYPE b untyped\nb{__type__=\"x\"} 2\n"),
            "");
  EXPECT_EQ(got(R"(a{__type__="counter", __unit__="s", instance="i", job="j"})"), "1@10");
  EXPECT_EQ(got(R"(b{__type__="x", instance="i", job="j"})"), "2@10");
}

TEST_F(TypedIntakeTest, RelabellingSeesTheType) {
  set_rules("[{source_labels: [__type__], regex: gauge, action: drop}]");
  EXPECT_EQ(scrape(10, "# TYPE a counter\na 1\n# TYPE b gauge\nb 2\n"), "");
  EXPECT_EQ(got(R"(a{__type__="counter", instance="i", job="j"})"), "1@10");
  EXPECT_EQ(intake_.counts().after_relabel, 1u);
}

TEST_F(TypedIntakeTest, ASeriesKeepsItsTypeUntilItIsGone) {
  const char* const counter = R"(a{__type__="counter", instance="i", job="j"})";
  const char* const gauge = R"(a{__type__="gauge", instance="i", job="j"})";
  scrape(10, "# TYPE a counter\na 1\n");
  scrape(20, "# TYPE a gauge\na 2\n");
  EXPECT_EQ(got(counter), "1@10 2@20");
  scrape(30, "b 3\n");
  scrape(40, "# TYPE a gauge\na 4\n");
  EXPECT_EQ(got(counter), "1@10 2@20 stale@30");
  EXPECT_EQ(got(gauge), "4@40");
}

TEST_F(IntakeTest, CloseEndsEverySeries) {
  scrape(10, "a 1\n");
  EXPECT_TRUE(intake_.close(20).ok());
  EXPECT_EQ(got(kA), "1@10 stale@20");
  EXPECT_EQ(got("up"), "1@10 stale@20");
}

}  // namespace
}  // namespace tocsin::scrape
