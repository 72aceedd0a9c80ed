#include "engine/app/data_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace tocsin::app {

base::Result<std::unique_ptr<DataFolder>> DataFolder::open(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) {
    return base::Error{base::Code::kUnavailable, "cannot make the data folder " + path + ": " +
                                                     error.message() +
                                                     "; choose another with --storage.path"};
  }
  const std::string lock_path = path + "/lock";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (lock < 0) {
    return base::Error{base::Code::kUnavailable, "cannot write to the data folder " + path + ": " +
                                                     std::strerror(errno) +
                                                     "; choose another with --storage.path"};
  }
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    ::close(lock);
    return base::Error{base::Code::kUnavailable,
                       "the data folder " + path +
                           " is in use by another process; choose another with --storage.path"};
  }
  return std::unique_ptr<DataFolder>(new DataFolder(lock));
}

DataFolder::~DataFolder() { ::close(lock_); }

}  // namespace tocsin::app
