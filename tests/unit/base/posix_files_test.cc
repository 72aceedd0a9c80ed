#include "engine/base/posix_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <thread>

namespace tocsin::base {
namespace {

struct PosixFilesTest : ::testing::Test {
  PosixFilesTest() {
    std::string pattern = ::testing::TempDir() + "tocsin-posix-XXXXXX";
    root = ::mkdtemp(pattern.data());
  }
  ~PosixFilesTest() override { std::filesystem::remove_all(root); }

  std::string root;
  PosixFiles files;
};

TEST_F(PosixFilesTest, SaysThatTheDiskIsFull) {
  const auto file = files.open("/dev/full", OpenMode::kAppend);
  ASSERT_TRUE(file.ok());
  const Status status = (*file)->append("x");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::kLimit);
  EXPECT_NE(status.error().message.find("\"/dev/full\": No space left"), std::string::npos);
}

TEST_F(PosixFilesTest, TakesNothingMoreAfterAFailedSync) {
  const auto file = files.open("/dev/null", OpenMode::kAppend);
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE((*file)->append("x").ok());
  ASSERT_FALSE((*file)->sync().ok());  // A device has no disk to be written to.
  EXPECT_FALSE((*file)->append("x").ok());
  EXPECT_FALSE((*file)->truncate(0).ok());
  EXPECT_NE((*file)->sync().error().message.find("failed sync"), std::string::npos);
}

// A limit on the size of files cuts a write short, the next one fails.
TEST_F(PosixFilesTest, KeepsTheFirstPartOfAWriteThatFails) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = 10, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status status = (*files.open(root + "/a", OpenMode::kAppend))->append("0123456789abc");
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_NE(status.to_string().find("File too large"), std::string::npos);
  EXPECT_EQ(*files.read(root + "/a", 100), "0123456789");
}

// A pipe that is read slowly by somebody who sends signals: every write is interrupted, before its
// first byte or after some.
TEST_F(PosixFilesTest, GoesOnAfterSignalsAndPartsWritten) {
  struct sigaction interrupt {};
  interrupt.sa_handler = [](int) {};  // Without SA_RESTART.
  struct sigaction before {};
  ASSERT_EQ(::sigaction(SIGUSR1, &interrupt, &before), 0);
  const std::string path = root + "/pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const int reader = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  auto file = files.open(path, OpenMode::kAppend);
  ASSERT_TRUE(file.ok());
  std::string sent(1 << 20, '\0');
  for (size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 7 + i / 256);

  Status status = Error{Code::kInternal, "did not run"};
  std::atomic<bool> done{false};
  std::thread writer([&] {
    status = (*file)->append(sent);
    done = true;
  });
  std::string got;
  char buffer[5000];
  while (got.size() < sent.size() && !(done && !status.ok())) {
    if (!done) ::pthread_kill(writer.native_handle(), SIGUSR1);
    const ssize_t n = ::read(reader, buffer, sizeof(buffer));
    if (n > 0) got.append(buffer, static_cast<size_t>(n));
  }
  writer.join();
  ::close(reader);
  ::sigaction(SIGUSR1, &before, nullptr);
  EXPECT_TRUE(status.ok()) << status.to_string();
  EXPECT_TRUE(got == sent);
}

TEST_F(PosixFilesTest, DoesNotWaitForAReaderOfAPipe) {
  const std::string path = root + "/pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const auto file = files.open(path, OpenMode::kAppend);
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().code, Code::kUnavailable);
  EXPECT_NE(file.error().message.find("nobody reads this pipe"), std::string::npos)
      << file.error().message;
}

TEST_F(PosixFilesTest, MakesFoldersForTheOwnerAlone) {
  ASSERT_TRUE(files.make_folders(root + "/a/b").ok());
  const auto unique = files.make_unique_folder(root + "/u-");
  for (const std::string& path : {root + "/a", root + "/a/b", *unique}) {
    struct stat found {};
    ASSERT_EQ(::stat(path.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 0777u, 0700u) << path;
  }
}

TEST_F(PosixFilesTest, MakesAFolderBelowOneThatMayNotBeRead) {
  constexpr uid_t kNobody = 65534;
  const std::string above = root + "/above";
  ASSERT_EQ(::mkdir(above.c_str(), 0333), 0);
  ASSERT_EQ(::chmod(above.c_str(), 0333), 0);
  ASSERT_EQ(::chmod(root.c_str(), 0711), 0);
  const bool is_root = ::geteuid() == 0;  // Who may do anything.
  ASSERT_TRUE(!is_root || ::seteuid(kNobody) == 0);
  const Status made = files.make_folders(above + "/a");
  ASSERT_TRUE(!is_root || ::seteuid(0) == 0);
  EXPECT_TRUE(made.ok()) << made.to_string();
  ASSERT_EQ(::chmod(above.c_str(), 0755), 0);  // To be removed.
}

TEST_F(PosixFilesTest, ListsLinksToFoldersAsFiles) {
  ASSERT_EQ(::symlink("/", (root + "/link").c_str()), 0);
  EXPECT_EQ(*files.list(root), (std::vector<FolderEntry>{{"link", false}}));
}

}  // namespace
}  // namespace tocsin::base
