// The folder for state: made, checked and held by one process.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engine/base/files.h"
#include "engine/base/status.h"

namespace tocsin::app {

/// Holds the folder's lock for as long as it lives.
class DataFolder {
 public:
  /// Makes the folder if it is missing. Fails with one sentence when it cannot be made or written,
  /// or when another process holds it.
  static base::Result<std::unique_ptr<DataFolder>> open(base::Files& files,
                                                        const std::string& path);
  /// Why the folder cannot be used, and what to do.
  static base::Error unusable(const std::string& path, base::Error error);

 private:
  explicit DataFolder(std::unique_ptr<base::FileLock> lock) : lock_(std::move(lock)) {}
  const std::unique_ptr<base::FileLock> lock_;
};

}  // namespace tocsin::app
