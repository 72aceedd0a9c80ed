#include <filesystem>

#include "engine/base/posix_files.h"
#include "engine/config/yaml.h"

namespace tocsin::config {

base::Result<std::string> read_file(const std::string& path, uint64_t bytes_max) {
  return base::PosixFiles().read(path, bytes_max);
}

std::string resolve_path(const std::string& file, const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  return (folder / path).lexically_normal().string();
}

}  // namespace tocsin::config
