#include "engine/app/startup_pages.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace tocsin::app {
namespace {

/// Of /proc/self/status, in kB.
int64_t resident_file_kb() {
  std::ifstream status("/proc/self/status");
  std::string line;
  while (std::getline(status, line)) {
    if (line.starts_with("RssFile:")) return std::stoll(line.substr(8));
  }
  return 0;
}

TEST(StartupPages, GoAndComeBackWhenNeeded) {
  const int64_t before = resident_file_kb();
  ASSERT_GT(before, 0);
  release_startup_pages();
  EXPECT_LT(resident_file_kb(), before);
  // Code and constants are what they were.
  EXPECT_EQ(std::to_string(3.5), "3.500000");
  EXPECT_THROW(throw std::string("unwound"), std::string);
}

}  // namespace
}  // namespace tocsin::app
