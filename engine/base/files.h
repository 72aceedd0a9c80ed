// The files that the program writes. All of it goes through these interfaces, so that tests can
// fail every step and cut the power behind it (tests/support/faulty_files.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"

namespace tocsin::base {

/// An open file; the destructor closes it. One thread at a time, except for write_at().
class File {
 public:
  virtual ~File() = default;
  /// Writes all of `data` at the end. After an error any part of it may be there.
  /// Requires OpenMode::kAppend or kCreate.
  virtual Status append(std::string_view data) = 0;
  /// Writes all of `data` from byte `offset` on, over what is there. After an error any part of it
  /// may be. Requires OpenMode::kUpdate.
  virtual Status write_at(uint64_t offset, std::string_view data) = 0;
  /// Cuts the file, or lengthens it by zeros, to `bytes`.
  virtual Status truncate(uint64_t bytes) = 0;
  /// Returns when no loss of power can take away what was written; the file's name needs
  /// sync_folder() for that. After an error the system may have dropped what it could not write and
  /// forget that it failed, so every later call fails, too: the data has to go to another file.
  virtual Status sync() = 0;
};

enum class OpenMode : uint8_t {
  kAppend,  ///< Made if it is missing.
  kCreate,  ///< As kAppend, but it must not exist.
  kUpdate,  ///< Written at given places; made if it is missing.
};

/// Held until it is destroyed or the process ends.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

struct FolderEntry {
  std::string name;
  bool is_folder = false;
  bool operator==(const FolderEntry&) const = default;
};

/// A file system. Thread-safe. Errors are file_error()s.
class Files {
 public:
  virtual ~Files() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  /// The whole file; fails with kLimit when it is larger than `bytes_max`.
  virtual Result<std::string> read(const std::string& path, uint64_t bytes_max) const = 0;
  /// What is in a folder, sorted by name.
  virtual Result<std::vector<FolderEntry>> list(const std::string& folder) const = 0;

  /// Makes a folder and those above it, for the owner alone, as far as they are missing. They
  /// outlive a loss of power.
  virtual Status make_folders(const std::string& path) = 0;
  /// Makes a folder that did not exist, for the owner alone: `prefix` and six characters. Its path.
  virtual Result<std::string> make_unique_folder(const std::string& prefix) = 0;
  /// Gives the file `from` the name `to`, at once, in place of a file that has it.
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  /// Removes a file or an empty folder.
  virtual Status remove(const std::string& path) = 0;
  /// Returns when no loss of power can take away or bring back names in this folder: to be called
  /// after files were made, renamed or removed.
  virtual Status sync_folder(const std::string& path) = 0;
  /// Locks a file against other processes, and within this one; makes it if it is missing. Null
  /// when somebody else has the lock.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

/// Makes `content` all that the file holds; readers and a loss of power see the old file or the new
/// one. After an error it is either of them. By way of `path`.new and a rename.
Status replace_file(Files& files, const std::string& path, std::string_view content);

/// The folder that `path` lies in; "." for a name alone.
std::string folder_of(const std::string& path);

/// What the errno `number` means for an action: `cannot make "a/b": Permission denied (…)`, with
/// what to do about it where that is known. kNotFound when it does not exist, kLimit when the disk
/// is full, else kUnavailable.
Error file_error(std::string_view action, const std::string& path, int number);

}  // namespace tocsin::base
