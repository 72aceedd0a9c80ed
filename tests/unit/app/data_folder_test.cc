#include "engine/app/data_folder.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/faulty_files.h"

namespace tocsin::app {
namespace {

TEST(DataFolder, IsMadeAndHeldByOneAtATime) {
  testing::FaultyFiles files;
  auto first = DataFolder::open(files, "/a/b");
  ASSERT_TRUE(first.ok());
  const auto second = DataFolder::open(files, "/a/b");
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().message,
            "the data folder /a/b: it is in use by another process; choose another with "
            "--storage.path");
  first->reset();
  EXPECT_TRUE(DataFolder::open(files, "/a/b").ok());
}

TEST(DataFolder, SaysWhatToDoWhenItCannotBeMade) {
  testing::FaultyFiles files;
  EXPECT_TRUE(files.open("/file", base::OpenMode::kCreate).ok());
  EXPECT_EQ(DataFolder::open(files, "/file/data").error().message,
            "the data folder /file/data: cannot make the folder \"/file\": File exists (something "
            "else has this name); choose another with --storage.path");
}

TEST(DataFolder, SaysWhatToDoWhenItCannotBeWritten) {
  testing::FaultyFiles files;
  EXPECT_TRUE(files.make_folders("/data").ok());
  files.fail(testing::FileStep::kLock, EROFS);
  const auto opened = DataFolder::open(files, "/data");
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message.find("\"/data/lock\": Read-only file system (mount"),
            std::string::npos);
}

}  // namespace
}  // namespace tocsin::app
