#include "engine/scrape/scrape_config.h"

#include <filesystem>

#include "tests/support/source_dir.h"
#include "tests/unit/scrape/reading.h"

namespace tocsin::scrape {
namespace {

TEST(ScrapeConfig, HasUpstreamsDefaults) {
  const auto config = read_job("job_name: j\n");
  ASSERT_NE(config, nullptr);
  EXPECT_EQ(config->common.interval, 60'000);
  EXPECT_EQ(config->common.timeout, 10'000);
  EXPECT_EQ(config->metrics_path, "/metrics");
  EXPECT_EQ(config->scheme, "http");
  EXPECT_FALSE(config->intake->labels.honor_labels);
  EXPECT_TRUE(config->intake->honor_timestamps);
  EXPECT_TRUE(config->enable_compression);
  EXPECT_TRUE(config->http.follow_redirects);
}

TEST(ScrapeConfig, InheritsAndOverrides) {
  ScrapeDefaults defaults;
  defaults.interval = 15'000;
  defaults.samples_max = 100;
  defaults.labels_max = 7;
  const auto config = read_job(
      "{job_name: j, scrape_interval: 5s, sample_limit: 9, body_size_limit: 1MB, "
      "params: {module: [a, b]}, fallback_scrape_protocol: PrometheusText0.0.4}",
      defaults);
  ASSERT_NE(config, nullptr);
  EXPECT_EQ(config->common.interval, 5'000);
  EXPECT_EQ(config->common.timeout, 5'000);
  EXPECT_EQ(config->intake->samples_max, 9u);
  EXPECT_EQ(config->intake->labels.labels_max, 7u);
  EXPECT_EQ(config->common.body_bytes_max, 1u << 20);
  EXPECT_EQ(config->params.at("module").size(), 2u);
  EXPECT_TRUE(config->falls_back_to_text);
}

TEST(ScrapeConfig, RefusesWithPlaceAndReason) {
  EXPECT_EQ(job_error("{}"), "p.yml:1:1: scrape_config needs the key \"job_name\"");
  EXPECT_EQ(job_error("job_name: j\ntargets: [a]\n"),
            "p.yml:2:1: unknown key \"targets\" in scrape_config");
  EXPECT_EQ(job_error("job_name: j\nscrape_timout: 5s\n"),
            "p.yml:2:1: unknown key \"scrape_timout\" in scrape_config; did you mean "
            "\"scrape_timeout\"?");
  EXPECT_EQ(job_error("job_name: j\nscrape_timeout: 2m\n"),
            "p.yml:2:17: scrape timeout greater than scrape interval (2m > 1m)");
  EXPECT_EQ(job_error("job_name: j\nstatic_configs: [{targets: ['http://x/']}]\n").substr(0, 62),
            "p.yml:2:18: \"http://x/\" is not a valid hostname: a target is h");
  EXPECT_EQ(job_error("job_name: j\nscheme: ftp\n"),
            "p.yml:2:9: scheme must be http or https, not \"ftp\"");
  EXPECT_EQ(job_error("job_name: j\nmetric_name_validation_scheme: legacy\n"
                      "metric_name_escaping_scheme: allow-utf-8\n"),
            "p.yml:1:1: utf8 metric names requested but validation scheme is not set to UTF8");
  EXPECT_EQ(job_error("job_name: j\nsample_limit: -1\n"),
            "p.yml:2:15: sample_limit must not be negative");
}

TEST(ScrapeConfig, RefusesByNameWhatIsNotSupported) {
  EXPECT_EQ(job_error("job_name: j\nkubernetes_sd_configs: [{role: pod}]\n"),
            "p.yml:2:1: \"kubernetes_sd_configs\" in scrape_config is not supported: use "
            "static_configs or file_sd_configs");
  EXPECT_EQ(job_error("job_name: j\noauth2: {}\n"),
            "p.yml:2:1: \"oauth2\" in scrape_config is not supported: use basic_auth or "
            "authorization");
  EXPECT_EQ(job_error("job_name: j\nscrape_native_histograms: true\n"),
            "p.yml:2:27: \"scrape_native_histograms: true\" is not supported: only the text format "
            "is scraped");
  EXPECT_EQ(job_error("job_name: j\nnative_histogram_bucket_limit: 5\n"),
            "p.yml:2:32: \"native_histogram_bucket_limit\" is not supported: native histograms are "
            "not scraped");
  EXPECT_EQ(job_error("job_name: j\nscrape_protocols: [OpenMetricsText1.0.0]\n"),
            "p.yml:2:20: scrape protocol \"OpenMetricsText1.0.0\" is not supported: use "
            "PrometheusText1.0.0 or PrometheusText0.0.4");
}

TEST(ScrapeConfig, JobNamesDiffer) {
  const auto list = config::parse_yaml_document("[{job_name: a}, {job_name: a}]", "p.yml");
  std::vector<std::string> taken;
  EXPECT_EQ(parse_scrape_configs(*list, {}, taken).error().to_string(),
            "p.yml:1:17: found multiple scrape configs with job name \"a\"");
}

TEST(ScrapeConfig, FingerprintSeesWhatMattersOnly) {
  const auto a = read_job("job_name: j\nhonor_labels: true\n");
  const auto b = read_job("# comment\n{job_name: \"j\", honor_labels: true}\n");
  const auto c = read_job("job_name: j\nhonor_labels: false\n");
  ScrapeDefaults other;
  other.labels_max = 3;
  EXPECT_EQ(a->fingerprint, b->fingerprint);
  EXPECT_NE(a->fingerprint, c->fingerprint);
  EXPECT_NE(a->fingerprint, read_job("job_name: j\nhonor_labels: true\n", other)->fingerprint);
}

/// Of a whole prometheus.yml, only what scraping reads. "" or the error.
base::Status read_scraping(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, config::read_file(path));
  ASSIGN_OR_RETURN(const config::YamlNode root, config::parse_yaml_document(text, path));
  ScrapeDefaults defaults;
  if (root.is_mapping() && root.find("global") != nullptr) {
    config::YamlFields fields(*root.find("global"), "global");
    // What others read there.
    std::string unused;
    std::vector<std::pair<std::string, std::string>> labels;
    fields.string("evaluation_interval", unused).string("rule_query_offset", unused);
    fields.string("query_log_file", unused).string_map("external_labels", labels);
    RETURN_IF_ERROR(read_scrape_defaults(fields, *root.find("global"), defaults));
    RETURN_IF_ERROR(fields.finish());
  }
  std::vector<std::string> taken;
  if (!root.is_mapping() || root.find("scrape_configs") == nullptr) return {};
  ASSIGN_OR_RETURN(const auto configs,
                   parse_scrape_configs(*root.find("scrape_configs"), defaults, taken));
  return {};
}

TEST(ScrapeConfig, GoodFilesOfTheCorpusLoadOrAreRefusedByName) {
  const char* folder = "../shared/corpus/prometheus-config";
  const std::filesystem::path root = std::filesystem::path(tocsin::testing::source_dir()) / folder;
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no corpus at " << root;
  size_t loaded = 0;
  size_t refused = 0;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    const std::string path = entry.path().string();
    if (!path.ends_with(".good.yml")) continue;
    const base::Status status = read_scraping(path);
    const bool by_name = !status.ok() && status.error().code == base::Code::kUnsupported;
    EXPECT_TRUE(status.ok() || by_name) << status.to_string();
    (status.ok() ? loaded : refused) += 1;
  }
  EXPECT_GE(loaded, 20u);
  RecordProperty("loaded", static_cast<int>(loaded));
  RecordProperty("refused", static_cast<int>(refused));
}

TEST(ScrapeConfig, BadFilesOfTheCorpusAreRefused) {
  const std::filesystem::path root =
      std::filesystem::path(tocsin::testing::source_dir()) / "../shared/corpus/prometheus-config";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no corpus at " << root;
  for (const char* name : {"bearertoken.bad.yml",
                           "bearertoken_basicauth.bad.yml",
                           "dropequal.bad.yml",
                           "dropequal1.bad.yml",
                           "empty_metric_relabel_config.bad.yml",
                           "empty_scrape_config.bad.yml",
                           "empty_static_config.bad.yml",
                           "empty_target_relabel_config.bad.yml",
                           "jobname.bad.yml",
                           "jobname_dup.bad.yml",
                           "keepequal.bad.yml",
                           "keepequal1.bad.yml",
                           "labeldrop.bad.yml",
                           "labeldrop2.bad.yml",
                           "labeldrop3.bad.yml",
                           "labeldrop4.bad.yml",
                           "labeldrop5.bad.yml",
                           "labelkeep.bad.yml",
                           "labelkeep2.bad.yml",
                           "labelkeep3.bad.yml",
                           "labelkeep4.bad.yml",
                           "labelkeep5.bad.yml",
                           "labelmap.bad.yml",
                           "lowercase.bad.yml",
                           "lowercase3.bad.yml",
                           "metric_name_validation_scheme.bad.yml",
                           "modulus_missing.bad.yml",
                           "regex.bad.yml",
                           "scrape_body_size_limit.bad.yml",
                           "scrape_config_files_fallback_scrape_protocol1.bad.yml",
                           "scrape_config_utf8_conflicting.bad.yml",
                           "scrape_interval.bad.yml",
                           "section_key_dup.bad.yml",
                           "static_config.bad.yml",
                           "target_label_hashmod_missing.bad.yml",
                           "target_label_missing.bad.yml",
                           "unknown_attr.bad.yml",
                           "uppercase.bad.yml",
                           "uppercase3.bad.yml",
                           "url_in_targetgroup.bad.yml"}) {
    const base::Status status = read_scraping((root / name).string());
    EXPECT_FALSE(status.ok()) << name;
  }
}

}  // namespace
}  // namespace tocsin::scrape
