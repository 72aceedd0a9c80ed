#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "rules/alert_templates.h"
#include "tests/unit/rules/fakes.h"

namespace tocsin::rules {
namespace {

using base::Labels;

TEST(MayVary, KnowsWhatReadsTheValueOrTheTime) {
  EXPECT_FALSE(may_vary("page"));
  EXPECT_FALSE(may_vary("current value"));
  EXPECT_FALSE(may_vary("{{ $labels.job }}-{{ .Labels.instance | toUpper }}"));
  EXPECT_FALSE(may_vary("{{ $externalLabels.cluster }}"));
  for (const char* text : {"{{ $value }}", "{{ .Value }}", "{{ printf \"%v\" . }}", "{{ $ }}",
                           "{{ $x := . }}", "{{ query \"up\" }}", "{{ now }}",
                           "{{ printf \"}}%v\" $value }}", "{{ template \"x\" . }}"}) {
    EXPECT_TRUE(may_vary(text)) << text;
  }
}

class TemplatesTest : public ::testing::Test {
 protected:
  AlertTemplates compile(const TextPairs& labels, const TextPairs& annotations = {}) {
    auto templates =
        AlertTemplates::compile("A", labels, annotations, tmpl::prometheus_functions());
    EXPECT_TRUE(templates.ok());
    return *std::move(templates);
  }
  World world;
  const AlertSample sample{Labels::of({{"__name__", "up"}, {"job", "x"}, {"alertname", "theirs"}}),
                           2.5};
};

TEST_F(TemplatesTest, LabelsOverlayTheSampleAndSeeItRaw) {
  const auto host = world.templates({.labels = Labels::of({{"dc", "eu"}}), .url = "http://t"});
  const AlertTemplates templates = compile({{"alertname", "mine"},
                                            {"dc", "{{ $externalLabels.dc }}"},
                                            {"from", "{{ $labels.__name__ }}/{{ .Value }}"},
                                            {"job", ""},
                                            {"was", "{{ $labels.alertname }}"}});
  EXPECT_EQ(templates.labels(sample, *host, 0).to_braces(),
            R"({alertname="A", dc="eu", from="up/2.5", was="theirs"})");
  EXPECT_TRUE(templates.labels_vary());
}

TEST_F(TemplatesTest, AnnotationsSeeValueTimeAndUrl) {
  const auto host = world.templates({.url = "http://t/x"});
  const AlertTemplates templates =
      compile({}, {{"a", "{{ $value }} {{ $externalURL }} {{ now }}"}, {"b", "{{ pathPrefix }}"}});
  EXPECT_EQ(templates.annotations(sample, *host, 7000).to_braces(),
            R"({a="2.5 http://t/x 7", b="/x"})");
  EXPECT_FALSE(templates.labels_vary());
}

TEST_F(TemplatesTest, SeveralThreadsMayNeedATemplateFirst) {
  const auto host = world.templates({.url = "http://t/x"});
  const AlertTemplates templates = compile({}, {{"a", "{{ $value }} of {{ $labels.job }}"}});
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      EXPECT_EQ(templates.annotations(sample, *host, 0).to_braces(), R"({a="2.5 of x"})");
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(TemplatesTest, AFailureBecomesTextAndIsCounted) {
  const auto host = world.templates();
  const AlertTemplates templates = compile({}, {{"a", "{{ humanize \"x\" }}"}});
  const Labels annotations = templates.annotations(sample, *host, 0);
  EXPECT_EQ(annotations.get("a").substr(0, 26), "<error expanding template:");
  EXPECT_EQ(world.metric("prometheus_template_text_expansion_failures_total"),
            "prometheus_template_text_expansion_failures_total 1");
  EXPECT_EQ(world.metric("prometheus_template_text_expansions_total"),
            "prometheus_template_text_expansions_total 1");
  ASSERT_EQ(world.log_lines.size(), 1u);
  EXPECT_NE(world.log_lines[0].find("alert=A"), std::string::npos);
}

TEST_F(TemplatesTest, QueriesRunAtTheEvaluationTime) {
  world.store.add(Labels::of({{"__name__", "m"}, {"a", "1"}}), 10'000, 4);
  world.store.add(Labels::of({{"__name__", "m"}, {"a", "1"}}), 20'000, 5);
  const auto host = world.templates();
  const AlertTemplates templates =
      compile({}, {{"a", R"({{ with query "m" }}{{ . | first | value }}{{ end }})"},
                   {"b", R"({{ query "scalar(m) + 1" | first | value }})"}});
  EXPECT_EQ(templates.annotations(sample, *host, 10'000).get("a"), "4");
  EXPECT_EQ(templates.annotations(sample, *host, 20'000).get("a"), "5");
  EXPECT_EQ(templates.annotations(sample, *host, 20'000).get("b"), "6");
}

TEST_F(TemplatesTest, QueriesFailAsUpstreamDoes) {
  const auto host = world.templates();
  const auto text = [&](const std::string& query) {
    const auto annotations =
        compile({}, {{"a", "{{ query " + query + " }}"}}).annotations(sample, *host, 0);
    return std::string(annotations.get("a"));
  };
  EXPECT_NE(text("\"m[5m]\"").find("rule result is not a vector or scalar"), std::string::npos);
  EXPECT_NE(text("\"m +\"").find("parse error: unexpected end of input"), std::string::npos);
}

TEST_F(TemplatesTest, WhatIsNoUtf8IsReplaced) {
  const auto host = world.templates();
  const AlertTemplates templates =
      compile({{"cut", "{{ slice \"é\" 0 1 }}"}}, {{"a", "x{{ slice \"é!\" 1 3 }}"}});
  EXPECT_EQ(templates.labels(sample, *host, 0).get("cut"), "\uFFFD");
  EXPECT_EQ(templates.annotations(sample, *host, 0).get("a"), "x\uFFFD!");
}

TEST_F(TemplatesTest, EveryAlertAsksTheStoreAnew) {
  const auto host = world.templates();
  const auto ask = [&](const std::string& alert) {
    auto templates = AlertTemplates::compile(
        alert, {}, {{"a", R"({{ with query "m" }}{{ . | first | value }}{{ end }})"}},
        host->functions());
    EXPECT_TRUE(templates.ok());
    return std::string(templates->annotations(sample, *host, 10'000).get("a"));
  };
  world.store.add(Labels::of({{"__name__", "m"}}), 5'000, 4);
  EXPECT_EQ(ask("First"), "4");
  // A recording rule between the two.
  world.store.add(Labels::of({{"__name__", "m"}}), 10'000, 5);
  EXPECT_EQ(ask("Second"), "5");
  EXPECT_EQ(ask("First"), "4") << "what the evaluation saw";
}

}  // namespace
}  // namespace tocsin::rules
