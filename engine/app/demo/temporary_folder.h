// A folder for as long as the demo runs.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engine/base/files.h"
#include "engine/base/status.h"

namespace tocsin::app::demo {

/// Goes with the object, and all that is in it.
class TemporaryFolder {
 public:
  /// Makes one below the folder `parent`. `files` outlives it.
  static base::Result<std::unique_ptr<TemporaryFolder>> make(base::Files& files,
                                                             const std::string& parent);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  TemporaryFolder(base::Files& files, std::string path) : files_(files), path_(std::move(path)) {}
  base::Files& files_;
  const std::string path_;
};

}  // namespace tocsin::app::demo
