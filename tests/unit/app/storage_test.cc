#include "engine/app/storage.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/fake_time.h"
#include "tests/support/faulty_files.h"

namespace tocsin::app {
namespace {

struct StorageTest : ::testing::Test {
  StorageTest() { flags.storage_path = "/data"; }
  auto open() { return open_storage(flags, clock, files, log); }

  ServeFlags flags;
  testing::FakeClock clock;
  testing::FaultyFiles files;
  std::vector<std::string> said;
  const base::Log log = base::Log::to(base::LogLevel::kInfo, base::LogFormat::kLogfmt,
                                      [this](std::string_view line) { said.emplace_back(line); });
};

TEST_F(StorageTest, TellsWhichQueriesTheLastProcessLeft) {
  {
    const auto first = open();
    ASSERT_TRUE(first.ok());
    first->active_queries->begin(0, "up", 1'000);
  }
  ASSERT_TRUE(open().ok());
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("had not finished"), std::string::npos) << said[0];
  EXPECT_NE(said[0].find("timestamp_sec"), std::string::npos) << said[0];
}

TEST_F(StorageTest, AFullDiskIsToldAndIsNoFailure) {
  files.set_room(100);
  const auto storage = open();
  ASSERT_TRUE(storage.ok()) << storage.error().to_string();
  EXPECT_EQ(storage->active_queries, nullptr);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("level=error"), std::string::npos) << said[0];
  EXPECT_NE(said[0].find("No space left on device"), std::string::npos) << said[0];
}

TEST_F(StorageTest, AFolderThatCannotBeWrittenIsRefused) {
  EXPECT_TRUE(files.make_folders("/data").ok());
  files.fail(testing::FileStep::kOpen, EACCES);
  const auto storage = open();
  ASSERT_FALSE(storage.ok());
  EXPECT_NE(storage.error().message.find("the data folder /data: cannot open"), std::string::npos);
  EXPECT_NE(storage.error().message.find("--storage.path"), std::string::npos);
  files.heal();
  EXPECT_TRUE(open().ok());  // Nothing holds the lock.
}

}  // namespace
}  // namespace tocsin::app
