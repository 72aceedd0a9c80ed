// Upstream's own scripts, when they lie beside the checkout.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "promql/script/script.h"
#include "tests/support/source_dir.h"

namespace tocsin::promql {
namespace {

std::filesystem::path collection() {
  return std::filesystem::path(tocsin::testing::source_dir()) / "../shared/corpus/promqltest";
}

ScriptReport run_collected(const std::string& name) {
  const base::SystemClock clock;
  const auto report = run_script_file((collection() / (name + ".test")).string(), {}, clock);
  EXPECT_TRUE(report.has_value()) << report.error().to_string();
  return report ? *report : ScriptReport{};
}

std::string list(const ScriptReport& report, CaseOutcome outcome) {
  std::string out;
  for (const CaseReport& c : report.cases) {
    if (c.outcome != outcome) continue;
    out += std::to_string(c.line) + ": " + c.text + "\n    " + c.reason + "\n";
  }
  return out;
}

class WholeScripts : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(collection())) GTEST_SKIP() << "no collection beside the checkout";
  }
};

TEST_P(WholeScripts, Pass) {
  const ScriptReport report = run_collected(GetParam());
  EXPECT_FALSE(report.cases.empty());
  EXPECT_EQ(list(report, CaseOutcome::kFailed), "");
}

INSTANTIATE_TEST_SUITE_P(Promqltest, WholeScripts,
                         ::testing::Values("aggregators", "at_modifier", "collision",
                                           "duration_expression", "extended_vectors",
                                           "fill-modifier", "functions", "histograms", "info",
                                           "limit", "literals", "name_label_dropping",
                                           "native_histograms", "operators", "range_queries",
                                           "selectors", "staleness", "start_timestamps", "subquery",
                                           "trig_functions", "type_and_unit"));

}  // namespace
}  // namespace tocsin::promql
