#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/config/yaml.h"

namespace tocsin::config {
namespace {

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "tocsin_config_files";
    std::filesystem::remove_all(folder_);
    for (const char* name : {"a/one.yml", "a/two.yml", "a/.hidden.yml", "b/one.yml", "c.txt"}) {
      const std::filesystem::path path = std::filesystem::path(folder_) / name;
      std::filesystem::create_directories(path.parent_path());
      std::ofstream(path) << name;
    }
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::vector<std::string> found(const std::string& pattern) {
    auto paths = glob(folder_ + "/" + pattern);
    EXPECT_TRUE(paths.ok());
    std::vector<std::string> out;
    for (const std::string& path : *paths) out.push_back(path.substr(folder_.size() + 1));
    return out;
  }

  std::string folder_;
};

using Names = std::vector<std::string>;

TEST_F(Files, GlobMatchesAsGo) {
  EXPECT_EQ(found("a/*.yml"), (Names{"a/.hidden.yml", "a/one.yml", "a/two.yml"}));
  EXPECT_EQ(found("*/one.yml"), (Names{"a/one.yml", "b/one.yml"}));
  EXPECT_EQ(found("a/[a-o]*"), (Names{"a/one.yml"}));
  EXPECT_EQ(found("a/[^o.]*"), (Names{"a/two.yml"}));
  EXPECT_EQ(found("a/???.yml"), (Names{"a/one.yml", "a/two.yml"}));
  EXPECT_EQ(found("c.txt"), (Names{"c.txt"}));
  EXPECT_EQ(found("missing.txt"), Names{});
  EXPECT_EQ(found("a/\\one.yml"), (Names{"a/one.yml"}));
}

TEST_F(Files, GlobRefusesMalformedPatterns) {
  for (const char* pattern : {"[", "a[b-", "[]", "[a", "x\\", "[-]"}) {
    EXPECT_FALSE(glob(pattern).ok()) << pattern;
  }
}

TEST_F(Files, ReadsWholeFilesWithinTheBound) {
  EXPECT_EQ(*read_file(folder_ + "/c.txt"), "c.txt");
  EXPECT_EQ(read_file(folder_ + "/c.txt", 3).error().code, base::Code::kLimit);
  EXPECT_EQ(read_file("/nonexistent/x").error().to_string(),
            "cannot read \"/nonexistent/x\": No such file or directory");
  EXPECT_FALSE(read_file(folder_).ok());
}

TEST(ResolvePath, IsRelativeToTheFile) {
  EXPECT_EQ(resolve_path("/etc/p/prometheus.yml", "rules/a.yml"), "/etc/p/rules/a.yml");
  EXPECT_EQ(resolve_path("/etc/p/prometheus.yml", "../a.yml"), "/etc/a.yml");
  EXPECT_EQ(resolve_path("prometheus.yml", "a.yml"), "a.yml");
  EXPECT_EQ(resolve_path("x/prometheus.yml", "/abs"), "/abs");
  EXPECT_EQ(resolve_path("x/prometheus.yml", ""), "");
}

}  // namespace
}  // namespace tocsin::config
