#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "engine/config/yaml.h"

namespace tocsin::config {

using base::Code;
using base::Error;
using base::Result;

namespace {

Error unreadable(const std::string& path, int number) {
  const Code code = number == ENOENT ? Code::kNotFound : Code::kUnavailable;
  return {code, "cannot read \"" + path + "\": " + std::generic_category().message(number)};
}

}  // namespace

Result<std::string> read_file(const std::string& path, uint64_t bytes_max) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return unreadable(path, errno);
  std::string text;
  std::vector<char> buffer(64u << 10);
  int number = 0;
  for (;;) {
    const ssize_t n = read(file, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) number = errno;
    if (n <= 0) break;
    text.append(buffer.data(), static_cast<size_t>(n));
    if (text.size() > bytes_max) break;
  }
  close(file);
  if (number != 0) return unreadable(path, number);
  if (text.size() > bytes_max) {
    return Error{Code::kLimit,
                 "\"" + path + "\" is larger than " + std::to_string(bytes_max) + " bytes"};
  }
  return text;
}

std::string resolve_path(const std::string& file, const std::string& path) {
  if (path.empty() || path.front() == '/') return path;
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  return (folder / path).lexically_normal().string();
}

}  // namespace tocsin::config
