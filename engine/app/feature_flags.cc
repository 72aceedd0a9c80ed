#include "engine/app/feature_flags.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "engine/config/yaml.h"

namespace tocsin::app {
namespace {

using promql::Features;

/// What becomes of a name: it switches something on, it is on anyway, or it is refused.
struct Feature {
  std::string_view name;
  bool Features::*member = nullptr;
  std::string_view missing = {};  ///< Why it is refused.
};

constexpr std::string_view kNoStarts = "the store does not keep start timestamps";
constexpr std::string_view kNoDisk = "samples are kept in memory, not on disk";
constexpr std::string_view kNoOtlp = "OTLP is not received";

constexpr auto kFeatures = std::to_array<Feature>({
    {"promql-binop-fill-modifiers", &Features::binop_fill_modifiers},
    {"promql-delayed-name-removal", &Features::delayed_name_removal},
    {"promql-experimental-functions", &Features::experimental_functions},
    {"promql-extended-range-selectors", &Features::extended_range_selectors},
    {"promql-per-step-stats", &Features::per_step_stats},
    {"type-and-unit-labels", &Features::type_and_unit_labels},
    {"use-start-timestamps", &Features::use_start_timestamps},
    {"native-histograms"},
    {"ooo-native-histograms"},
    {"promql-at-modifier"},
    {"promql-duration-expr"},
    {"promql-negative-offset"},
    {"auto-reload-config", nullptr, "files are read again on SIGHUP and POST /-/reload alone"},
    {"concurrent-rule-eval", nullptr, "the rules of a group are evaluated in their order"},
    {"created-timestamp-zero-ingestion", nullptr, kNoStarts},
    {"delayed-compaction", nullptr, kNoDisk},
    {"exemplar-storage", nullptr, "exemplars are not stored"},
    {"extra-scrape-metrics", nullptr, "set extra_scrape_metrics in the scrape configuration"},
    {"fast-startup", nullptr, kNoDisk},
    {"histograms-st-encoding", nullptr, kNoStarts},
    {"memory-snapshot-on-shutdown", nullptr, kNoDisk},
    {"metadata-wal-records", nullptr, kNoDisk},
    {"old-ui", nullptr, "the pages are not those of Prometheus"},
    {"otlp-deltatocumulative", nullptr, kNoOtlp},
    {"otlp-native-delta-ingestion", nullptr, kNoOtlp},
    {"search-api", nullptr, "there is no search API"},
    {"st-storage", nullptr, kNoStarts},
    {"st-synthesis", nullptr, kNoStarts},
    {"use-uncached-io", nullptr, kNoDisk},
    {"xor2-encoding", nullptr, kNoDisk},
});

base::Error unknown_feature(std::string_view name) {
  std::vector<std::string> names;
  for (const Feature& feature : kFeatures) names.emplace_back(feature.name);
  const std::string nearest = config::nearest_word(name, names);
  std::string message = "unknown feature \"" + std::string(name) + "\"";
  if (!nearest.empty()) message += "; did you mean \"" + nearest + "\"?";
  return {base::Code::kInvalid, std::move(message)};
}

base::Status enable(std::string_view name, Features& out) {
  const auto feature = std::ranges::find(kFeatures, name, &Feature::name);
  if (feature == kFeatures.end()) return unknown_feature(name);
  if (!feature->missing.empty()) {
    return {base::Code::kUnsupported, "feature \"" + std::string(name) +
                                          "\" is not supported: " + std::string(feature->missing)};
  }
  if (feature->member != nullptr) out.*feature->member = true;
  return {};
}

}  // namespace

base::Result<Features> parse_features(std::string_view text) {
  Features out;
  while (!text.empty()) {
    const size_t end = std::min(text.find(','), text.size());
    RETURN_IF_ERROR(enable(text.substr(0, end), out));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace tocsin::app
