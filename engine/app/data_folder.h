// The folder for state: made, checked and held by one process.
#pragma once

#include <memory>
#include <string>

#include "engine/base/status.h"

namespace tocsin::app {

/// Holds the folder's lock for as long as it lives.
class DataFolder {
 public:
  /// Makes the folder if it is missing. Fails with one sentence when it cannot be made or written,
  /// or when another process holds it.
  static base::Result<std::unique_ptr<DataFolder>> open(const std::string& path);
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;

 private:
  explicit DataFolder(int lock) : lock_(lock) {}
  int lock_;
};

}  // namespace tocsin::app
