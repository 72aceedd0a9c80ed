#include "engine/base/posix_files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace tocsin::base {
namespace {

constexpr mode_t kFileMode = 0644;
constexpr mode_t kFolderMode = 0700;
constexpr size_t kReadBytes = 64u << 10;

/// An open file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }

 private:
  int number_;
};

// Calls until no signal interrupts; -1 with errno when it fails.
template <class Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

Result<Descriptor> open_file(const std::string& path, int flags, std::string_view action) {
  const int number =
      uninterrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, kFileMode); });
  if (number < 0) return file_error(action, path, errno);
  return Descriptor(number);
}

class PosixFile final : public File {
 public:
  PosixFile(Descriptor file, std::string path, OpenMode mode)
      : file_(std::move(file)), path_(std::move(path)), mode_(mode) {}

  Status append(std::string_view data) override {
    assert(mode_ != OpenMode::kUpdate);
    return write_all(data, [this](std::string_view rest) {
      return ::write(file_.get(), rest.data(), rest.size());
    });
  }

  Status write_at(uint64_t offset, std::string_view data) override {
    assert(mode_ == OpenMode::kUpdate);  // Linux would append to a file opened for appending.
    return write_all(data, [this, end = offset + data.size()](std::string_view rest) {
      return ::pwrite(file_.get(), rest.data(), rest.size(), static_cast<off_t>(end - rest.size()));
    });
  }

  Status truncate(uint64_t bytes) override {
    if (sync_failed_) return no_longer_usable();
    const int result =
        uninterrupted([&] { return ::ftruncate(file_.get(), static_cast<off_t>(bytes)); });
    if (result != 0) return file_error("cut", path_, errno);
    return {};
  }

  Status sync() override {
    if (sync_failed_) return no_longer_usable();
    if (uninterrupted([&] { return ::fdatasync(file_.get()); }) == 0) return {};
    // Linux reports a write-back that failed once, then takes its pages for clean: the next sync
    // would succeed without them.
    sync_failed_ = true;
    return file_error("sync", path_, errno);
  }

 private:
  // `call` writes a part of what is left and returns how much, or -1.
  template <class Call>
  Status write_all(std::string_view data, Call call) {
    if (sync_failed_) return no_longer_usable();
    while (!data.empty()) {
      const ssize_t written = uninterrupted([&] { return call(data); });
      if (written <= 0) return file_error("write to", path_, written < 0 ? errno : EIO);
      data.remove_prefix(static_cast<size_t>(written));
    }
    return {};
  }

  Error no_longer_usable() const { return file_error("go on after a failed sync of", path_, EIO); }

  const Descriptor file_;
  const std::string path_;
  [[maybe_unused]] const OpenMode mode_;
  std::atomic<bool> sync_failed_{false};
};

class PosixLock final : public FileLock {
 public:
  explicit PosixLock(Descriptor file) : file_(std::move(file)) {}

 private:
  const Descriptor file_;
};

bool is_folder(const std::string& path) {
  std::error_code ignored;  // Who cannot be looked at is none.
  return std::filesystem::is_directory(path, ignored);
}

}  // namespace

Result<std::unique_ptr<File>> PosixFiles::open(const std::string& path, OpenMode mode) {
  int flags = O_WRONLY | O_CREAT;
  if (mode != OpenMode::kUpdate) flags |= O_APPEND;
  if (mode == OpenMode::kCreate) flags |= O_EXCL;
  // Not to wait for somebody to read it, should it be a pipe; writes wait as ever.
  ASSIGN_OR_RETURN(Descriptor file, open_file(path, flags | O_NONBLOCK, "open"));
  if (::fcntl(file.get(), F_SETFL, flags) != 0) return file_error("open", path, errno);
  return std::unique_ptr<File>(std::make_unique<PosixFile>(std::move(file), path, mode));
}

Result<std::string> PosixFiles::read(const std::string& path, uint64_t bytes_max) const {
  ASSIGN_OR_RETURN(const Descriptor file, open_file(path, O_RDONLY, "read"));
  std::string text;
  std::vector<char> buffer(kReadBytes);
  for (;;) {
    const ssize_t n =
        uninterrupted([&] { return ::read(file.get(), buffer.data(), buffer.size()); });
    if (n < 0) return file_error("read", path, errno);
    if (n == 0) return text;
    text.append(buffer.data(), static_cast<size_t>(n));
    if (text.size() > bytes_max) {
      return Error{Code::kLimit,
                   "\"" + path + "\" is larger than " + std::to_string(bytes_max) + " bytes"};
    }
  }
}

Result<std::vector<FolderEntry>> PosixFiles::list(const std::string& folder) const {
  std::vector<FolderEntry> out;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code ignored;  // What went meanwhile is listed as a file.
    out.push_back({at->path().filename().string(),
                   at->symlink_status(ignored).type() == std::filesystem::file_type::directory});
  }
  if (error) return file_error("list", folder, error.value());
  std::ranges::sort(out, {}, &FolderEntry::name);
  return out;
}

Status PosixFiles::make_folders(const std::string& path) {
  if (is_folder(path)) return {};
  const std::string above = folder_of(path);
  if (above != path) RETURN_IF_ERROR(make_folders(above));
  if (::mkdir(path.c_str(), kFolderMode) != 0) {
    const int number = errno;
    if (is_folder(path)) return {};  // "a/" is "a"; or somebody else was faster.
    return file_error("make the folder", path, number);
  }
  // What may be written but not read cannot be made sure; the folder is there all the same.
  if (::faccessat(AT_FDCWD, above.c_str(), R_OK, AT_EACCESS) != 0) return {};
  return sync_folder(above);
}

Result<std::string> PosixFiles::make_unique_folder(const std::string& prefix) {
  std::string path = prefix + "XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) return file_error("make a folder", prefix, errno);
  return path;
}

Status PosixFiles::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) == 0) return {};
  return file_error("rename \"" + from + "\" to", to, errno);
}

Status PosixFiles::remove(const std::string& path) {
  if (::remove(path.c_str()) == 0) return {};
  return file_error("remove", path, errno);
}

Status PosixFiles::sync_folder(const std::string& path) {
  ASSIGN_OR_RETURN(const Descriptor folder,
                   open_file(path, O_RDONLY | O_DIRECTORY, "sync the folder"));
  if (uninterrupted([&] { return ::fsync(folder.get()); }) == 0) return {};
  // Some file systems have no such thing, and say so in one of these ways.
  if (errno == EINVAL || errno == ENOTSUP || errno == EBADF) return {};
  return file_error("sync the folder", path, errno);
}

Result<std::unique_ptr<FileLock>> PosixFiles::lock(const std::string& path) {
  ASSIGN_OR_RETURN(Descriptor file, open_file(path, O_RDWR | O_CREAT, "open"));
  if (uninterrupted([&] { return ::flock(file.get(), LOCK_EX | LOCK_NB); }) != 0) {
    if (errno == EWOULDBLOCK) return std::unique_ptr<FileLock>();
    return file_error("lock", path, errno);
  }
  return std::unique_ptr<FileLock>(std::make_unique<PosixLock>(std::move(file)));
}

}  // namespace tocsin::base
