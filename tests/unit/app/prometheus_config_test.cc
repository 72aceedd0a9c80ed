#include "engine/app/prometheus_config.h"

#include <gtest/gtest.h>

namespace tocsin::app {
namespace {

base::Result<PrometheusConfig> parse(const std::string& text) {
  return parse_prometheus_config(text, "conf/p.yml",
                                 [](const std::string& name) -> std::optional<std::string> {
                                   if (name == "SITE") return "fra";
                                   return std::nullopt;
                                 });
}

TEST(PrometheusConfig, ReadsEverySection) {
  const auto config = parse(R"(
scrape_configs:
  - {job_name: a, static_configs: [{targets: ['x:1']}]}
  - {job_name: b}
rule_files: [rules/*.yml, /abs/r.yml]
alerting:
  alertmanagers: [{static_configs: [{targets: ['am:9093']}]}]
global: {evaluation_interval: 15s, scrape_interval: 20s, rule_query_offset: 3s}
)");
  ASSERT_TRUE(config.ok()) << config.error().to_string();
  EXPECT_EQ(config->evaluation_interval, 15 * base::kSecond);
  EXPECT_EQ(config->rule_query_offset, 3 * base::kSecond);
  EXPECT_EQ(config->rule_files, (std::vector<std::string>{"conf/rules/*.yml", "/abs/r.yml"}));
  ASSERT_EQ(config->scrape_configs.size(), 2u);
  // `global` counts although it stands last.
  EXPECT_EQ(config->scrape_configs[0]->common.interval, 20 * base::kSecond);
  ASSERT_EQ(config->alerting.alertmanagers.size(), 1u);
}

TEST(PrometheusConfig, DefaultsToAMinute) {
  EXPECT_EQ(parse("global: {}")->evaluation_interval, base::kMinute);
  EXPECT_EQ(parse("global: {evaluation_interval: 0s}")->evaluation_interval, base::kMinute);
  EXPECT_TRUE(parse("").ok());
}

TEST(PrometheusConfig, FindsTheQueryLogBesideTheFile) {
  EXPECT_EQ(parse("global: {query_log_file: q.log}")->query_log_file, "conf/q.log");
  EXPECT_EQ(parse("global: {query_log_file: /var/q.log}")->query_log_file, "/var/q.log");
  EXPECT_EQ(parse("global: {}")->query_log_file, "");
}

TEST(PrometheusConfig, ExpandsTheEnvironmentInExternalLabels) {
  const auto config = parse(
      "global:\n  external_labels: {a: $SITE-1, b: '${SITE}x', c: $$SITE, d: '$', e: '${', f: "
      "$NONE}\n");
  ASSERT_TRUE(config.ok()) << config.error().to_string();
  EXPECT_EQ(config->external_labels.get("a"), "fra-1");
  EXPECT_EQ(config->external_labels.get("b"), "frax");
  EXPECT_EQ(config->external_labels.get("c"), "$SITE");
  EXPECT_EQ(config->external_labels.get("d"), "$");
  EXPECT_EQ(config->external_labels.get("e"), "${");
  EXPECT_EQ(config->external_labels.get("f"), "");
  ASSERT_EQ(config->warnings.size(), 1u);
  EXPECT_NE(config->warnings[0].find("NONE is not set"), std::string::npos);
}

TEST(PrometheusConfig, SaysWhatIsWrongAndWhere) {
  struct Case {
    const char* text;
    const char* error;
  };
  constexpr Case kCases[] = {
      {"globl: {}", "conf/p.yml:1:1: "},
      {"global:\n  evaluation_interval: soon\n", "conf/p.yml:2:24: "},
      {"global:\n  external_labels: [a]\n", "conf/p.yml:2:20: external_labels must be a mapping"},
      {"global:\n  external_labels: {'': a}\n", "conf/p.yml:2:21: "},
      {"rule_files:\n  - ok.yml\n  - a/*/b.yml\n", "conf/p.yml:3:5: invalid rule file path"},
      {"scrape_configs:\n  - job_name: a\n  - job_name: a\n", "conf/p.yml:3"},
      {"scrape_configs:\n  - targets: ['x:1']\n", "conf/p.yml:2:5: "},
      {"remote_write: []\n", "conf/p.yml:1:1: "},
      {"a: [\n", "conf/p.yml:"},
      {"- a\n", "conf/p.yml:1:1: "},
  };
  for (const Case& one : kCases) {
    const auto config = parse(one.text);
    ASSERT_FALSE(config.ok()) << one.text;
    EXPECT_TRUE(config.error().to_string().starts_with(one.error))
        << one.text << config.error().to_string();
  }
}

TEST(PrometheusConfig, RefusesLaterSectionsByName) {
  for (const char* section : {"remote_write", "remote_read", "storage", "tracing", "otlp"}) {
    const auto config = parse(std::string(section) + ": {}\n");
    ASSERT_FALSE(config.ok()) << section;
    EXPECT_EQ(config.error().code, base::Code::kUnsupported) << section;
    EXPECT_NE(config.error().message.find(section), std::string::npos);
  }
}

TEST(PrometheusConfig, IsReadFromAFileThatExists) {
  const auto config = load_prometheus_config("/nonexistent/p.yml");
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().to_string(),
            "cannot read \"/nonexistent/p.yml\": No such file or directory");
}

TEST(PrometheusConfig, IsShownWithWhatIsInForce) {
  const auto config = parse(R"(
rule_files: [x.yml]
scrape_configs:
  - static_configs: [{targets: ['a:1']}]
    scrape_interval: 5s
    job_name: one
    basic_auth: {username: u, password: p}
    metric_relabel_configs: [{action: labeldrop, regex: x}]
global: {evaluation_interval: 30s, external_labels: {a: b}}
alerting:
  alertmanagers: [{static_configs: [{targets: ['am:9093']}]}]
)");
  ASSERT_TRUE(config.ok()) << config.error().to_string();
  EXPECT_EQ(config->shown, R"(global:
  scrape_interval: 1m
  scrape_timeout: 10s
  scrape_protocols:
    - PrometheusText1.0.0
    - PrometheusText0.0.4
  evaluation_interval: 30s
  external_labels:
    a: b
rule_files:
  - x.yml
scrape_configs:
  - job_name: one
    honor_timestamps: true
    track_timestamps_staleness: false
    scrape_interval: 5s
    scrape_timeout: 5s
    scrape_protocols:
      - PrometheusText1.0.0
      - PrometheusText0.0.4
    metrics_path: /metrics
    scheme: http
    enable_compression: true
    basic_auth:
      username: u
      password: <secret>
    follow_redirects: true
    enable_http2: true
    static_configs:
      - targets:
          - "a:1"
    metric_relabel_configs:
      - action: labeldrop
        regex: x
alerting:
  alertmanagers:
    - follow_redirects: true
      enable_http2: true
      scheme: http
      timeout: 10s
      api_version: v2
      static_configs:
        - targets:
            - "am:9093"
)");
  // What is shown reads to the same.
  EXPECT_EQ(parse(parse("global:")->shown)->shown, parse("")->shown);
}

}  // namespace
}  // namespace tocsin::app
