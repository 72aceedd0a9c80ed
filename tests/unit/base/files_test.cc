// What every file system has to do: the machine's and the one for tests.
#include "engine/base/files.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>

#include "engine/base/posix_files.h"
#include "tests/support/faulty_files.h"

namespace tocsin::base {
namespace {

/// A file system and a folder in it of a test's own.
class Place {
 public:
  virtual ~Place() = default;
  virtual Files& files() = 0;
  virtual std::string root() const = 0;
};

class PosixPlace final : public Place {
 public:
  PosixPlace() {
    std::string pattern = ::testing::TempDir() + "tocsin-files-XXXXXX";
    root_ = ::mkdtemp(pattern.data());
  }
  ~PosixPlace() override { std::filesystem::remove_all(root_); }
  Files& files() override { return files_; }
  std::string root() const override { return root_; }

 private:
  PosixFiles files_;
  std::string root_;
};

class FaultyPlace final : public Place {
 public:
  FaultyPlace() { EXPECT_TRUE(files_.make_folders(root()).ok()); }
  Files& files() override { return files_; }
  std::string root() const override { return "/test"; }

 private:
  testing::FaultyFiles files_;
};

template <class AnyPlace>
struct FilesTest : ::testing::Test {
  std::string path(const std::string& name) const { return place.root() + "/" + name; }
  std::unique_ptr<File> open(const std::string& name, OpenMode mode = OpenMode::kAppend) {
    auto file = files.open(path(name), mode);
    EXPECT_TRUE(file.ok()) << file.error().to_string();
    return *std::move(file);
  }
  void put(const std::string& name, std::string_view text) {
    EXPECT_TRUE(open(name)->append(text).ok());
  }
  std::string text_of(const std::string& name) {
    auto text = files.read(path(name), 1 << 20);
    return text ? *std::move(text) : text.error().to_string();
  }
  std::vector<std::string> names_in(const std::string& folder) {
    const auto entries = files.list(folder);
    std::vector<std::string> out;
    if (!entries) return {entries.error().to_string()};
    for (const auto& [name, is_folder] : *entries) out.push_back(name + (is_folder ? "/" : ""));
    return out;
  }

  AnyPlace place;
  Files& files = place.files();
};

using Places = ::testing::Types<PosixPlace, FaultyPlace>;
TYPED_TEST_SUITE(FilesTest, Places);
using Names = std::vector<std::string>;

TYPED_TEST(FilesTest, AppendsToWhatIsThere) {
  this->put("a", "one ");
  const auto file = this->open("a");
  EXPECT_TRUE(file->append("two ").ok());
  EXPECT_TRUE(file->append("").ok());
  EXPECT_TRUE(file->append("three").ok());
  EXPECT_TRUE(file->sync().ok());
  EXPECT_EQ(this->text_of("a"), "one two three");
}

TYPED_TEST(FilesTest, SeveralHandlesAppendWithoutOverwriting) {
  const auto first = this->open("a");
  const auto second = this->open("a");
  EXPECT_TRUE(first->append("1").ok());
  EXPECT_TRUE(second->append("2").ok());
  EXPECT_TRUE(first->append("3").ok());
  EXPECT_EQ(this->text_of("a"), "123");
}

TYPED_TEST(FilesTest, CreatesOnlyWhatIsNew) {
  EXPECT_TRUE(this->open("a", OpenMode::kCreate)->append("x").ok());
  const auto again = this->files.open(this->path("a"), OpenMode::kCreate);
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.error().message.find("File exists"), std::string::npos);
  EXPECT_EQ(this->text_of("a"), "x");
}

TYPED_TEST(FilesTest, WritesAtPlaces) {
  const auto file = this->open("a", OpenMode::kUpdate);
  EXPECT_TRUE(file->write_at(0, "abcdef").ok());
  EXPECT_TRUE(file->write_at(2, "XY").ok());
  EXPECT_EQ(this->text_of("a"), "abXYef");
  EXPECT_TRUE(file->write_at(8, "z").ok());
  EXPECT_EQ(this->text_of("a"), std::string("abXYef\0\0z", 9));
  EXPECT_TRUE(this->open("a", OpenMode::kUpdate)->write_at(0, "_").ok());
  EXPECT_EQ(this->text_of("a").substr(0, 3), "_bX");
}

TYPED_TEST(FilesTest, CutsATornTailAndGoesOn) {
  this->put("a", "whole torn");
  const auto file = this->open("a");
  EXPECT_TRUE(file->truncate(6).ok());
  EXPECT_TRUE(file->append("next").ok());
  EXPECT_EQ(this->text_of("a"), "whole next");
  EXPECT_TRUE(file->truncate(12).ok());
  EXPECT_EQ(this->text_of("a"), std::string("whole next\0\0", 12));
}

TYPED_TEST(FilesTest, ReadsAsMuchAsIsAllowed) {
  this->put("a", std::string(200'000, 'x'));
  EXPECT_EQ(this->files.read(this->path("a"), 200'000)->size(), 200'000u);
  EXPECT_EQ(this->files.read(this->path("a"), 199'999).error().code, Code::kLimit);
  const auto missing = this->files.read(this->path("b"), 1);
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  EXPECT_EQ(missing.error().message,
            "cannot read \"" + this->path("b") + "\": No such file or directory");
  EXPECT_FALSE(this->files.read(this->place.root(), 1).ok());
}

TYPED_TEST(FilesTest, ListsByName) {
  this->put("b", "");
  this->put("a.2", "");
  EXPECT_TRUE(this->files.make_folders(this->path("a/below")).ok());
  EXPECT_EQ(this->names_in(this->place.root()), (Names{"a/", "a.2", "b"}));
  EXPECT_EQ(this->names_in(this->path("a")), Names{"below/"});
  EXPECT_EQ(this->files.list(this->path("missing")).error().code, Code::kNotFound);
  EXPECT_FALSE(this->files.list(this->path("b")).ok());
}

TYPED_TEST(FilesTest, MakesFoldersAsFarAsTheyAreMissing) {
  EXPECT_TRUE(this->files.make_folders(this->path("a/b/")).ok());
  EXPECT_TRUE(this->files.make_folders(this->path("a/b/../c")).ok());
  EXPECT_TRUE(this->files.make_folders(this->path("a/b")).ok());
  EXPECT_EQ(this->names_in(this->path("a")), (Names{"b/", "c/"}));
  this->put("file", "");
  for (const char* name : {"file", "file/a"}) {
    const Status refused = this->files.make_folders(this->path(name));
    ASSERT_FALSE(refused.ok()) << name;
    EXPECT_NE(refused.error().message.find(this->path("file")), std::string::npos);
  }
}

TYPED_TEST(FilesTest, MakesFoldersThatAreNew) {
  const auto one = this->files.make_unique_folder(this->path("x-"));
  const auto other = this->files.make_unique_folder(this->path("x-"));
  ASSERT_TRUE(one.ok() && other.ok());
  EXPECT_NE(*one, *other);
  EXPECT_EQ(one->size(), this->path("x-").size() + 6);
  EXPECT_EQ(this->names_in(*one), Names());
  EXPECT_FALSE(this->files.make_unique_folder(this->path("missing/x-")).ok());
}

TYPED_TEST(FilesTest, RenamesInPlaceOfWhatHasTheName) {
  this->put("a", "new");
  this->put("b", "old");
  EXPECT_TRUE(this->files.rename(this->path("a"), this->path("b")).ok());
  EXPECT_TRUE(this->files.sync_folder(this->place.root()).ok());
  EXPECT_EQ(this->names_in(this->place.root()), Names{"b"});
  EXPECT_EQ(this->text_of("b"), "new");
  EXPECT_EQ(this->files.rename(this->path("a"), this->path("b")).error().code, Code::kNotFound);
  EXPECT_FALSE(this->files.rename(this->path("b"), this->path("missing/b")).ok());
}

TYPED_TEST(FilesTest, RemovesFilesAndEmptyFolders) {
  EXPECT_TRUE(this->files.make_folders(this->path("a")).ok());
  this->put("a/b", "");
  EXPECT_FALSE(this->files.remove(this->path("a")).ok());
  EXPECT_TRUE(this->files.remove(this->path("a/b")).ok());
  EXPECT_TRUE(this->files.remove(this->path("a")).ok());
  EXPECT_EQ(this->files.remove(this->path("a")).error().code, Code::kNotFound);
}

TYPED_TEST(FilesTest, AnOpenFileOutlivesItsName) {
  this->put("a", "1");
  const auto file = this->open("a");
  EXPECT_TRUE(this->files.rename(this->path("a"), this->path("b")).ok());
  EXPECT_TRUE(file->append("2").ok());
  EXPECT_EQ(this->text_of("b"), "12");
  EXPECT_TRUE(this->files.remove(this->path("b")).ok());
  EXPECT_TRUE(file->append("3").ok());
}

TYPED_TEST(FilesTest, SyncsOnlyFolders) {
  this->put("a", "");
  EXPECT_FALSE(this->files.sync_folder(this->path("a")).ok());
  EXPECT_EQ(this->files.sync_folder(this->path("b")).error().code, Code::kNotFound);
}

TYPED_TEST(FilesTest, LocksForOneAtATime) {
  auto first = this->files.lock(this->path("lock"));
  ASSERT_TRUE(first.ok());
  EXPECT_NE(*first, nullptr);
  EXPECT_EQ(*this->files.lock(this->path("lock")), nullptr);
  first->reset();
  EXPECT_NE(*this->files.lock(this->path("lock")), nullptr);
  EXPECT_EQ(this->names_in(this->place.root()), Names{"lock"});
  EXPECT_FALSE(this->files.lock(this->path("missing/lock")).ok());
}

TYPED_TEST(FilesTest, ReplacesAFileWhole) {
  EXPECT_TRUE(replace_file(this->files, this->path("a"), "a long first text").ok());
  this->put("a.new", "left by somebody who was interrupted");
  EXPECT_TRUE(replace_file(this->files, this->path("a"), "second").ok());
  EXPECT_EQ(this->text_of("a"), "second");
  EXPECT_EQ(this->names_in(this->place.root()), Names{"a"});
  EXPECT_EQ(replace_file(this->files, this->path("missing/a"), "x").error().code, Code::kNotFound);
}

TEST(FileError, SaysWhatToDo) {
  EXPECT_EQ(file_error("write to", "a/b", ENOSPC).to_string(),
            "cannot write to \"a/b\": No space left on device (free space or inodes on this file "
            "system)");
  EXPECT_EQ(file_error("open", "a", ENOSPC).code, Code::kLimit);
  EXPECT_EQ(file_error("open", "a", EDQUOT).code, Code::kLimit);
  EXPECT_EQ(file_error("open", "a", ENOENT).code, Code::kNotFound);
  EXPECT_EQ(file_error("open", "a", EIO).code, Code::kUnavailable);
  for (const int number : {EDQUOT, EROFS, EACCES, EPERM, EEXIST, EMFILE, ENFILE, EIO}) {
    EXPECT_TRUE(file_error("open", "a", number).message.ends_with(")")) << number;
  }
  EXPECT_NE(file_error("open", "a", EACCES).message.find("runs as user "), std::string::npos);
}

TEST(FolderOf, IsWhereThePathLies) {
  EXPECT_EQ(folder_of("a/b"), "a");
  EXPECT_EQ(folder_of("/a"), "/");
  EXPECT_EQ(folder_of("a"), ".");
}

}  // namespace
}  // namespace tocsin::base
