#include "engine/base/files.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace tocsin::base {
namespace {

Code code_of(int number) {
  switch (number) {
    case ENOENT:
      return Code::kNotFound;
    case ENOSPC:
    case EDQUOT:
      return Code::kLimit;
    default:
      return Code::kUnavailable;
  }
}

// What to do; empty when the system's words say it.
std::string advice(int number) {
  switch (number) {
    case ENOSPC:
      return "free space or inodes on this file system";
    case EDQUOT:
      return "free space or raise the quota";
    case EROFS:
      return "mount it writable; after errors of the disk the system makes it read-only by itself";
    case EACCES:
    case EPERM:
      return "the process runs as user " + std::to_string(::geteuid()) + ", who may not";
    case EEXIST:
      return "something else has this name";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files";
    case ENXIO:
      return "nobody reads this pipe, or the device is missing";
    case EIO:
      return "the disk fails; the kernel's log says more";
    default:
      return {};
  }
}

Status write_whole(Files& files, const std::string& path, std::string_view content) {
  ASSIGN_OR_RETURN(const auto file, files.open(path, OpenMode::kAppend));
  RETURN_IF_ERROR(file->truncate(0));  // An interrupted attempt may have left it.
  RETURN_IF_ERROR(file->append(content));
  return file->sync();
}

}  // namespace

Error file_error(std::string_view action, const std::string& path, int number) {
  std::string message = "cannot ";
  message.append(action).append(" \"").append(path).append("\": ");
  message += std::generic_category().message(number);
  if (const std::string what = advice(number); !what.empty()) message += " (" + what + ")";
  return {code_of(number), std::move(message)};
}

std::string folder_of(const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

Status replace_file(Files& files, const std::string& path, std::string_view content) {
  const std::string draft = path + ".new";
  Status status = write_whole(files, draft, content);
  if (status) status = files.rename(draft, path);
  if (!status) {
    // May fail as well; the next attempt empties the draft.
    static_cast<void>(files.remove(draft));
    return status;
  }
  return files.sync_folder(folder_of(path));
}

}  // namespace tocsin::base
