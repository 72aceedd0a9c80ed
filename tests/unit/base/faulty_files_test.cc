// What a write-ahead log and a snapshot need, on a disk that fails at every step and loses its
// power.
#include "tests/support/faulty_files.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace tocsin::testing {
namespace {

using base::Code;
using base::File;
using base::OpenMode;
using base::Status;

struct FaultyFilesTest : ::testing::Test {
  FaultyFilesTest() { EXPECT_TRUE(files.make_folders("/d").ok()); }
  std::unique_ptr<File> open(const std::string& path) {
    auto file = files.open(path, OpenMode::kAppend);
    EXPECT_TRUE(file.ok()) << file.error().to_string();
    return *std::move(file);
  }
  std::string text_of(const std::string& path) {
    auto text = files.read(path, 1 << 20);
    return text ? *std::move(text) : "missing";
  }
  /// A file with a name and content that last.
  void put(const std::string& path, std::string_view text) {
    const auto file = open(path);
    EXPECT_TRUE(file->append(text).ok() && file->sync().ok());
    EXPECT_TRUE(files.sync_folder("/d").ok());
  }
  FaultyFiles files;
};

TEST_F(FaultyFilesTest, ForgetWhatWasNotSynced) {
  put("/d/a", "synced ");
  const auto file = open("/d/a");
  EXPECT_TRUE(file->append("not synced").ok());
  const auto nameless = open("/d/b");
  EXPECT_TRUE(nameless->append("x").ok() && nameless->sync().ok());
  EXPECT_TRUE(files.make_unique_folder("/d/u").ok());
  files.crash();
  EXPECT_EQ(text_of("/d/a"), "synced ");
  EXPECT_EQ(text_of("/d/b"), "missing");
  EXPECT_EQ(files.list("/d")->size(), 1u);
  EXPECT_FALSE(file->append("x").ok());  // The process that had it open is gone.
  EXPECT_EQ(text_of("/d/a"), "synced ");
}

TEST_F(FaultyFilesTest, BringBackNamesWhoseRemovalWasNotSynced) {
  put("/d/a", "1");
  EXPECT_TRUE(files.rename("/d/a", "/d/b").ok());
  files.crash();
  EXPECT_EQ(text_of("/d/a"), "1");
  EXPECT_EQ(text_of("/d/b"), "missing");
  EXPECT_TRUE(files.remove("/d/a").ok() && files.sync_folder("/d").ok());
  files.crash();
  EXPECT_EQ(text_of("/d/a"), "missing");
}

TEST_F(FaultyFilesTest, UnlockWhenThePowerGoes) {
  const auto lock = files.lock("/d/lock");
  files.crash();
  EXPECT_NE(*files.lock("/d/lock"), nullptr);
}

TEST_F(FaultyFilesTest, LeaveTornTailsByChance) {
  std::set<std::string> seen;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    FaultyFiles disk;
    const auto file = *disk.open("/a", OpenMode::kAppend);
    EXPECT_TRUE(file->append("ab").ok() && file->sync().ok() && disk.sync_folder("/").ok());
    EXPECT_TRUE(file->append("cd").ok());
    disk.crash(seed);
    seen.insert(*disk.read("/a", 100));
  }
  using std::string_literals::operator""s;
  EXPECT_EQ(seen, (std::set{"ab"s, "abc"s, "abcd"s, "ab\0"s, "abc\0"s, "ab\0\0"s}));
}

TEST_F(FaultyFilesTest, AreFullWhenTheRoomIsTaken) {
  const auto file = open("/d/a");
  files.set_room(3);
  EXPECT_TRUE(file->append("ab").ok());
  const Status full = file->append("cde");
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().code, Code::kLimit);
  EXPECT_EQ(text_of("/d/a"), "abc");
  EXPECT_TRUE((*files.open("/d/a", OpenMode::kUpdate))->write_at(0, "XYZ").ok());  // Has its room.
  files.heal();
  EXPECT_TRUE(file->append("d").ok());
  EXPECT_EQ(text_of("/d/a"), "XYZd");
}

TEST_F(FaultyFilesTest, FailTheStepsTheyAreTold) {
  const auto file = open("/d/a");
  files.fail(FileStep::kWrite, EIO);
  EXPECT_FALSE(file->append("abcd").ok());
  EXPECT_EQ(text_of("/d/a"), "ab");
  EXPECT_TRUE(file->truncate(0).ok());
  for (const FileStep step :
       {FileStep::kOpen, FileStep::kTruncate, FileStep::kMakeFolder, FileStep::kRename,
        FileStep::kRemove, FileStep::kSyncFolder, FileStep::kLock}) {
    files.fail(step, EROFS);
  }
  EXPECT_FALSE(files.open("/d/a", OpenMode::kAppend).ok());
  EXPECT_FALSE(file->truncate(0).ok());
  EXPECT_FALSE(files.make_folders("/d/b").ok());
  EXPECT_FALSE(files.make_unique_folder("/d/b").ok());
  EXPECT_FALSE(files.rename("/d/a", "/d/b").ok());
  EXPECT_FALSE(files.remove("/d/a").ok());
  EXPECT_FALSE(files.sync_folder("/d").ok());
  EXPECT_FALSE(files.lock("/d/a").ok());
  EXPECT_TRUE(file->sync().ok());
  files.heal();
  EXPECT_TRUE(files.rename("/d/a", "/d/b").ok());
}

TEST_F(FaultyFilesTest, DropWhatASyncCouldNotWrite) {
  const auto file = open("/d/a");
  EXPECT_TRUE(file->append("x").ok() && files.sync_folder("/d").ok());
  files.fail(FileStep::kSync, EIO);
  EXPECT_FALSE(file->sync().ok());
  files.heal();
  EXPECT_FALSE(file->sync().ok());
  EXPECT_FALSE(file->append("y").ok());
  files.crash();
  EXPECT_EQ(text_of("/d/a"), "");
}

// Wherever it dies and whatever of it the disk kept: the old file or the new one.
TEST_F(FaultyFilesTest, ReplacedFilesAreOldOrNew) {
  for (uint64_t steps = 0;; ++steps) {
    bool finished = false;
    for (uint64_t seed = 0; seed < 20; ++seed) {
      FaultyFiles disk;
      ASSERT_TRUE(base::replace_file(disk, "/a", "old").ok());
      disk.fail_after(steps, EIO);
      finished = base::replace_file(disk, "/a", "brand new").ok();
      disk.heal();
      disk.crash(seed);
      const std::string left = *disk.read("/a", 100);
      EXPECT_TRUE(left == "brand new" || (left == "old" && !finished)) << steps << left;
      EXPECT_TRUE(base::replace_file(disk, "/a", "third").ok());
      EXPECT_EQ(*disk.read("/a", 100), "third");
      EXPECT_EQ(disk.list("/")->size(), 1u);
    }
    if (finished) break;
    ASSERT_LT(steps, 20u);
  }
}

/// Appends records of four bytes to segments of two records each, as a write-ahead log does.
/// How many are promised to last.
size_t append_records(base::Files& files, size_t count) {
  std::unique_ptr<File> segment;
  for (size_t i = 0; i < count; ++i) {
    if (i % 2 == 0) {
      auto next = files.open("/d/" + std::to_string(i / 2), OpenMode::kCreate);
      if (!next || !files.sync_folder("/d")) return i;
      segment = *std::move(next);
    }
    const std::string record(4, static_cast<char>('a' + i));
    if (!segment->append(record) || !segment->sync()) return i;
  }
  return count;
}

TEST_F(FaultyFilesTest, SegmentsHaveWhatWasPromised) {
  constexpr size_t kRecords = 6;
  for (uint64_t steps = 0;; ++steps) {
    size_t promised = 0;
    for (uint64_t seed = 0; seed < 20; ++seed) {
      FaultyFiles disk;
      ASSERT_TRUE(disk.make_folders("/d").ok());
      disk.fail_after(steps, ENOSPC);
      promised = append_records(disk, kRecords);
      disk.heal();
      disk.crash(seed);
      std::string log;
      const auto segments = disk.list("/d");
      for (const auto& [name, is_folder] : *segments) log += *disk.read("/d/" + name, 1000);
      ASSERT_GE(log.size(), 4 * promised) << steps;
      for (size_t i = 0; i < promised; ++i) {
        EXPECT_EQ(log.substr(4 * i, 4), std::string(4, static_cast<char>('a' + i))) << steps;
      }
    }
    if (promised == kRecords) break;
    ASSERT_LT(steps, 50u);
  }
}

}  // namespace
}  // namespace tocsin::testing
