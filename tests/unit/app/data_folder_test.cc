#include "engine/app/data_folder.h"

#include "tests/unit/app/folder.h"

namespace tocsin::app {
namespace {

TEST(DataFolder, IsMadeAndHeldByOneAtATime) {
  const TestFolder folder;
  auto first = DataFolder::open(folder.path("a/b"));
  ASSERT_TRUE(first.ok());
  const auto second = DataFolder::open(folder.path("a/b"));
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().message.find("in use by another process"), std::string::npos);
  first->reset();
  EXPECT_TRUE(DataFolder::open(folder.path("a/b")).ok());
}

TEST(DataFolder, SaysWhatToDoWhenItCannotBeMade) {
  const TestFolder folder;
  folder.write("file", "");
  const auto opened = DataFolder::open(folder.path("file/data"));
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().message.find("--storage.path"), std::string::npos);
}

}  // namespace
}  // namespace tocsin::app
