// The machine's file system.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/files.h"

namespace tocsin::base {

/// Calls that signals interrupt or that do a part are gone on with. Files are made 0644, folders
/// 0700, less what umask takes.
class PosixFiles final : public Files {
 public:
  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Result<std::string> read(const std::string& path, uint64_t bytes_max) const override;
  Result<std::vector<FolderEntry>> list(const std::string& folder) const override;
  Status make_folders(const std::string& path) override;
  Result<std::string> make_unique_folder(const std::string& prefix) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Status sync_folder(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
};

}  // namespace tocsin::base
