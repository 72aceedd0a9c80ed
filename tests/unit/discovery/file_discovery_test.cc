#include "engine/discovery/file_discovery.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/fake_time.h"

namespace tocsin::discovery {
namespace {

class FileDiscoveryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = ::testing::TempDir() + "tocsin_file_discovery";
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    discovery_.reset();
    std::filesystem::remove_all(folder_);
  }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ + "/" + name) << text;
  }
  void start() {
    const FileDiscoveryConfig config({folder_ + "/*.yml"}, 5 * base::kMinute);
    discovery_ = config.make({loop_, clock_, registry_, base::Log::none()});
    discovery_->start([this](std::vector<TargetGroup> groups) {
      ++calls_;
      groups_ = std::move(groups);
    });
  }
  std::string addresses() const {
    std::string out;
    for (const TargetGroup& group : groups_) {
      for (const base::Labels& target : group.targets) {
        out += std::string(target.get("__address__")) + " ";
      }
    }
    return out;
  }
  double errors() {
    return registry_
        .counter("prometheus_sd_file_read_errors_total", "The number of File-SD read errors.")
        .value();
  }

  std::string folder_;
  testing::FakeClock clock_;
  testing::FakeLoop loop_{clock_};
  base::MetricRegistry registry_;
  std::unique_ptr<Discovery> discovery_;
  std::vector<TargetGroup> groups_;
  int calls_ = 0;
};

TEST_F(FileDiscoveryTest, SaysWhatThereIsAtOnce) {
  start();
  EXPECT_EQ(calls_, 1);
  EXPECT_EQ(addresses(), "");
}

TEST_F(FileDiscoveryTest, FollowsFiles) {
  write("b.yml", "- targets: [b]\n");
  write("a.yml", "- targets: [a1, a2]\n");
  start();
  EXPECT_EQ(addresses(), "a1 a2 b ");
  write("a.yml", "- targets: [changed]\n");
  write("c.yml", "- targets: [c]\n");
  loop_.run_for(kFilePollInterval);
  EXPECT_EQ(addresses(), "changed b c ");
  EXPECT_EQ(calls_, 2);
  loop_.run_for(20 * base::kMinute);
  EXPECT_EQ(calls_, 2);
}

TEST_F(FileDiscoveryTest, BrokenFileKeepsItsTargets) {
  write("a.yml", "- targets: [a]\n");
  start();
  write("a.yml", "- targets: [a, b\n");
  loop_.run_for(10 * kFilePollInterval);
  EXPECT_EQ(addresses(), "a ");
  EXPECT_EQ(errors(), 1);
  write("a.yml", "- targets: [a, b]\n");
  loop_.run_for(kFilePollInterval);
  EXPECT_EQ(addresses(), "a b ");
}

TEST_F(FileDiscoveryTest, MissingFileTakesItsTargetsAlong) {
  write("a.yml", "- targets: [a]\n");
  write("b.yml", "- targets: [b]\n");
  start();
  std::filesystem::remove(folder_ + "/a.yml");
  loop_.run_for(kFilePollInterval);
  EXPECT_EQ(addresses(), "b ");
}

TEST_F(FileDiscoveryTest, EndsItsTimers) {
  start();
  EXPECT_EQ(loop_.timers(), 1u);
  discovery_.reset();
  EXPECT_EQ(loop_.timers(), 0u);
}

}  // namespace
}  // namespace tocsin::discovery
