// What the demo writes, and that it takes it away.
#include <gtest/gtest.h>

#include <cerrno>

#include "engine/app/demo/files.h"
#include "engine/app/demo/temporary_folder.h"
#include "tests/support/faulty_files.h"

namespace tocsin::app::demo {
namespace {

TEST(DemoFiles, NameThePortsInUse) {
  testing::FaultyFiles files;
  // Those of fleet and receivers change places.
  ASSERT_TRUE(write_files(files, "/", {.fleet = 19101, .receivers = 19100, .smtp = 1}).ok());
  const std::string scraped = *files.read("/prometheus.yml", 1 << 20);
  const std::string notified = *files.read("/alertmanager.yml", 1 << 20);
  EXPECT_NE(scraped.find("127.0.0.1:19101"), std::string::npos);
  EXPECT_EQ(scraped.find("127.0.0.1:19100"), std::string::npos);
  EXPECT_NE(notified.find("127.0.0.1:19100"), std::string::npos);
  EXPECT_NE(notified.find("'127.0.0.1:1'"), std::string::npos) << notified;
  EXPECT_EQ(files.list("/")->size(), 3u);
}

TEST(DemoFiles, SayWhatCannotBeWritten) {
  testing::FaultyFiles files;
  files.set_room(100);
  const base::Status status = write_files(files, "/", {});
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().message.find("prometheus.yml"), std::string::npos);
  EXPECT_NE(status.error().message.find("No space left"), std::string::npos);
}

TEST(TemporaryFolder, GoesWithAllThatIsInIt) {
  testing::FaultyFiles files;
  ASSERT_TRUE(files.make_folders("/tmp").ok());
  {
    const auto folder = TemporaryFolder::make(files, "/tmp");
    ASSERT_TRUE(folder.ok());
    const std::string& path = (*folder)->path();
    ASSERT_TRUE(files.make_folders(path + "/data/deep").ok());
    ASSERT_TRUE(files.open(path + "/data/file", base::OpenMode::kCreate).ok());
    EXPECT_EQ(files.list("/tmp")->size(), 1u);
  }
  EXPECT_EQ(files.list("/tmp")->size(), 0u);
  EXPECT_FALSE(TemporaryFolder::make(files, "/missing").ok());
}

}  // namespace
}  // namespace tocsin::app::demo
