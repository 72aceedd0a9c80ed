#include "engine/scrape/target.h"

#include <map>

#include "tests/unit/scrape/reading.h"

namespace tocsin::scrape {
namespace {

using base::Labels;

std::string outcome(const Labels& target, const ScrapeConfig& config) {
  const auto made = make_target(with_defaults(target, Labels(), config), config);
  if (!made) return made.error().message;
  if (!*made) return "dropped";
  return (*made)->labels.to_braces() + " " + (*made)->url;
}

TEST(Target, GetsDefaultsAndInstance) {
  const auto config = read_job("{job_name: j, params: {m: [x, 'y z'], n: [1]}}");
  EXPECT_EQ(outcome(Labels::of({{"__address__", "h:1"}, {"team", "a"}}), *config),
            R"({instance="h:1", job="j", team="a"} http://h:1/metrics?m=x&m=y+z&n=1)");
}

TEST(Target, TargetLabelsWinOverGroupLabels) {
  const auto config = read_job("job_name: j");
  const Labels labels = with_defaults(Labels::of({{"__address__", "h"}, {"x", "target"}}),
                                      Labels::of({{"x", "group"}, {"job", "other"}}), *config);
  EXPECT_EQ(labels.get("x"), "target");
  EXPECT_EQ(labels.get("job"), "other");
  EXPECT_EQ(labels.get("__scrape_interval__"), "1m");
  EXPECT_EQ(labels.get("__scrape_timeout__"), "10s");
}

TEST(Target, RelabellingRewritesAddressPathAndParams) {
  const auto config = read_job(
      "job_name: blackbox\nparams: {module: [http_2xx]}\nmetrics_path: /probe?debug=true\n"
      "relabel_configs:\n"
      "- {source_labels: [__address__], target_label: __param_target}\n"
      "- {source_labels: [__param_target], target_label: instance}\n"
      "- {target_label: __address__, replacement: 'blackbox:9115'}\n"
      "- {target_label: __param_module, replacement: tcp}\n"
      "- {regex: '__meta_(.+)', replacement: '$1', action: labelmap}\n");
  EXPECT_EQ(outcome(Labels::of({{"__address__", "https://a.b/c"}, {"__meta_zone", "z"}}), *config),
            R"({instance="https://a.b/c", job="blackbox", zone="z"} )"
            "http://blackbox:9115/probe?debug=true&module=tcp&target=https%3A%2F%2Fa.b%2Fc");
}

TEST(Target, DropsAndRefuses) {
  const auto keep =
      read_job("{job_name: j, relabel_configs: [{source_labels: [x], regex: yes, action: keep}]}");
  EXPECT_EQ(outcome(Labels::of({{"__address__", "h"}}), *keep), "dropped");
  const auto plain = read_job("job_name: j");
  EXPECT_EQ(outcome(Labels::of({{"x", "y"}}), *plain), "no address");
  EXPECT_EQ(outcome(Labels::of({{"__address__", "a/b"}}), *plain),
            "\"a/b\" is not a valid hostname");
  EXPECT_EQ(outcome(Labels::of({{"__address__", "h"}, {"__scrape_timeout__", "2m"}}), *plain),
            "scrape timeout cannot be greater than scrape interval (2m > 1m)");
  EXPECT_EQ(outcome(Labels::of({{"__address__", "h"}, {"__scrape_interval__", "0"}}), *plain),
            "scrape interval cannot be 0");
  EXPECT_EQ(outcome(Labels::of({{"__address__", "h"}, {"__scrape_interval__", "x"}}), *plain),
            "error parsing scrape interval: not a valid duration string: \"x\"");
}

TEST(Target, OffsetIsStableAndWithinTheInterval) {
  const auto config = read_job("job_name: j");
  const Labels discovered = with_defaults(Labels::of({{"__address__", "h:1"}}), Labels(), *config);
  const Target target = **make_target(discovered, *config);
  EXPECT_EQ(target.offset(1), target.offset(1));
  EXPECT_NE(target.offset(1), target.offset(0x5555555555));
  EXPECT_GE(target.offset(7), 0);
  EXPECT_LT(target.offset(7), target.interval);
}

std::vector<Target> fleet(size_t count, uint32_t slots) {
  const auto config = read_job("{job_name: j, scrape_interval: 1m}");
  std::vector<Target> out;
  for (size_t i = 0; i < count; ++i) {
    const auto address = Labels::of({{"__address__", "h:" + std::to_string(1000 + i)}});
    out.push_back(**make_target(with_defaults(address, Labels(), *config), *config));
    out.back().slots = slots;
    out.back().phase = 12'345;
  }
  return out;
}

TEST(Target, TargetsShareTheMomentsOfTheInterval) {
  std::map<base::DurationMs, size_t> groups;
  for (const Target& target : fleet(800, 100)) ++groups[target.offset(9)];
  EXPECT_GT(groups.size(), 90u);
  EXPECT_LE(groups.size(), 100u);
  for (const auto& [offset, count] : groups) {
    EXPECT_EQ((offset - groups.begin()->first) % 600, 0);
    EXPECT_LT(count, 25u);
  }
}

TEST(Target, MoreMomentsMoveNobodyFar) {
  const auto few = fleet(100, 16);
  const auto more = fleet(100, 32);
  size_t moved = 0;
  for (size_t i = 0; i < few.size(); ++i) {
    const base::DurationMs by = (more[i].offset(9) - few[i].offset(9) + 60'000) % 60'000;
    EXPECT_TRUE(by == 0 || by == 1875) << by;
    moved += by != 0 ? 1 : 0;
  }
  EXPECT_GT(moved, 25u);
  EXPECT_LT(moved, 75u);
}

TEST(Target, MomentsFollowTheNumberOfTargets) {
  EXPECT_EQ(slots_for(0, 0), 1u);
  EXPECT_EQ(slots_for(15, 0), 1u);
  EXPECT_EQ(slots_for(16, 0), 2u);
  EXPECT_EQ(slots_for(100, 0), 16u);
  EXPECT_EQ(slots_for(1000, 0), 128u);
  EXPECT_EQ(slots_for(SIZE_MAX, 0), 1u << 20);
  // A fleet that grows and shrinks a little keeps its moments.
  EXPECT_EQ(slots_for(136, 16), 32u);
  EXPECT_EQ(slots_for(135, 32), 32u);
  EXPECT_EQ(slots_for(64, 32), 8u);
}

}  // namespace
}  // namespace tocsin::scrape
