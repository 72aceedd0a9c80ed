// A file system in memory whose steps fail when told to, and whose power can be cut.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/files.h"

namespace tocsin::testing {

/// What changes something, and so can fail.
enum class FileStep : uint8_t {
  kOpen,
  kWrite,
  kTruncate,
  kSync,
  kMakeFolder,
  kRename,
  kRemove,
  kSyncFolder,
  kLock,
};

/// Knows what a loss of power leaves: of a file what was synced, of a folder the names that were
/// there when it was synced. Paths are taken from "/". Thread-safe.
class FaultyFiles final : public base::Files {
 public:
  FaultyFiles();
  ~FaultyFiles() override;

  /// Files grow by `bytes` more, then the disk is full; of the write that meets the end there is
  /// what fits.
  void set_room(uint64_t bytes);
  /// From now on such steps fail with this errno; of writes that fail there is the first half. A
  /// sync that fails drops what it should have written.
  void fail(FileStep step, int number);
  /// All steps but the first `steps` fail: what a process did that died there.
  void fail_after(uint64_t steps, int number);
  /// No more faults, and room for all.
  void heal();

  /// Cuts the power: what was not synced is gone, open files are of no use, nothing is locked.
  void crash();
  /// As crash(), but chance keeps some of what was not synced, as disks do: names of a folder, and
  /// of what was appended to a file a part, whose end may be zeros.
  void crash(uint64_t seed);

  base::Result<std::unique_ptr<base::File>> open(const std::string& path,
                                                 base::OpenMode mode) override;
  base::Result<std::string> read(const std::string& path, uint64_t bytes_max) const override;
  base::Result<std::vector<base::FolderEntry>> list(const std::string& folder) const override;
  base::Status make_folders(const std::string& path) override;
  base::Result<std::string> make_unique_folder(const std::string& prefix) override;
  base::Status rename(const std::string& from, const std::string& to) override;
  base::Status remove(const std::string& path) override;
  base::Status sync_folder(const std::string& path) override;
  base::Result<std::unique_ptr<base::FileLock>> lock(const std::string& path) override;

 private:
  struct Disk;
  class OpenFile;
  class Lock;
  const std::shared_ptr<Disk> disk_;  // Shared with what is open.
};

}  // namespace tocsin::testing
