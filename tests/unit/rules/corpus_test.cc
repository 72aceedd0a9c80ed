// Real rule files load, or are refused, as Debian's promtool loads or refuses them.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "engine/config/yaml.h"
#include "rules/rule_file.h"

namespace tocsin::rules {
namespace {

namespace fs = std::filesystem;

fs::path corpus() {
  const char* given = std::getenv("TOCSIN_CORPUS");
  return given != nullptr ? fs::path(given) : fs::path(TOCSIN_SOURCE_DIR) / "../shared/corpus";
}

std::vector<std::string> yaml_files(const fs::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension == ".yml" || extension == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// promtool's number of rules in the file, or -1 when it refuses it.
int promtool_rules(const std::string& path) {
  const std::string command = "/usr/bin/promtool check rules --lint=none '" + path + "' 2>&1";
  FILE* pipe = popen(command.c_str(), "r");
  std::string output;
  char chunk[4096];
  while (pipe != nullptr && std::fgets(chunk, sizeof chunk, pipe) != nullptr) output += chunk;
  if (pipe == nullptr || pclose(pipe) != 0) return -1;
  const size_t at = output.find("SUCCESS: ");
  return at == std::string::npos ? -1 : std::atoi(output.c_str() + at + 9);
}

int our_rules(const base::Result<RuleFile, RuleErrors>& file) {
  if (!file.ok()) return -1;
  int rules = 0;
  for (const GroupSpec& group : file->groups) rules += static_cast<int>(group.rules.size());
  return rules;
}

/// Files about which we and promtool 2.42 differ, and why.
std::string known_difference(const std::string& path, int theirs, int ours) {
  const std::string text = config::read_file(path).ok() ? *config::read_file(path) : "";
  if (text.find("kind: PrometheusRule") != std::string::npos) {
    return theirs == -1 && ours > 0 ? "manifests are read directly" : "";
  }
  return "";
}

TEST(RuleCorpus, LoadsOrIsRefusedAsByPromtool) {
  if (!fs::exists(corpus() / "rules")) GTEST_SKIP() << "no corpus at " << corpus();
  if (!fs::exists("/usr/bin/promtool")) GTEST_SKIP() << "no promtool";
  std::map<std::string, int> differences;
  int same = 0;
  for (const char* folder : {"rules", "promtool"}) {
    for (const std::string& path : yaml_files(corpus() / folder)) {
      const auto loaded = load_rule_file(path);
      const int ours = our_rules(loaded);
      const int theirs = promtool_rules(path);
      if (ours == theirs) {
        ++same;
        continue;
      }
      const std::string why = known_difference(path, theirs, ours);
      EXPECT_FALSE(why.empty()) << path << ": promtool " << theirs << ", ours " << ours << " "
                                << (loaded ? "" : loaded.error().front().to_string());
      ++differences[why];
    }
  }
  EXPECT_GT(same, 100);
  for (const auto& [why, count] : differences) {
    std::printf("%d files differ: %s\n", count, why.c_str());
  }
}

TEST(RuleCorpus, EveryErrorHasFileLineAndColumn) {
  if (!fs::exists(corpus() / "rules")) GTEST_SKIP() << "no corpus at " << corpus();
  int errors = 0;
  for (const char* folder : {"rules", "promtool", "alertmanager", "prometheus-config"}) {
    for (const std::string& path : yaml_files(corpus() / folder)) {
      const auto file = load_rule_file(path);
      if (file) continue;
      for (const base::Error& error : file.error()) {
        ++errors;
        EXPECT_EQ(error.where.file, path);
        EXPECT_GT(error.where.line, 0u) << error.to_string();
        EXPECT_GT(error.where.column, 0u) << error.to_string();
      }
    }
  }
  EXPECT_GT(errors, 100);
}

}  // namespace
}  // namespace tocsin::rules
