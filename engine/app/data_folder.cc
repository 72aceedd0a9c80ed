#include "engine/app/data_folder.h"

namespace tocsin::app {
base::Error DataFolder::unusable(const std::string& path, base::Error error) {
  error.message =
      "the data folder " + path + ": " + error.message + "; choose another with --storage.path";
  return error;
}

base::Result<std::unique_ptr<DataFolder>> DataFolder::open(base::Files& files,
                                                           const std::string& path) {
  if (base::Status made = files.make_folders(path); !made) {
    return unusable(path, std::move(made).error());
  }
  auto lock = files.lock(path + "/lock");
  if (!lock) return unusable(path, std::move(lock).error());
  if (*lock == nullptr) {
    return unusable(path, {base::Code::kUnavailable, "it is in use by another process"});
  }
  return std::unique_ptr<DataFolder>(new DataFolder(*std::move(lock)));
}

}  // namespace tocsin::app
