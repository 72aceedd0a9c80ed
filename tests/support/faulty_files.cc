#include "tests/support/faulty_files.h"

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <map>
#include <mutex>
#include <random>
#include <set>

namespace tocsin::testing {
namespace {

using base::Error;
using base::file_error;
using base::OpenMode;
using base::Result;
using base::Status;

constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

struct Node {
  bool is_folder = false;
  std::string content = {};
  std::string synced = {};
};
using Names = std::map<std::string, std::shared_ptr<Node>>;

std::string absolute(const std::string& path) {
  std::string out = ("/" / std::filesystem::path(path)).lexically_normal().string();
  if (out.size() > 1 && out.ends_with('/')) out.pop_back();
  return out;
}

bool lies_in(const std::string& path, const std::string& folder) {
  return path != "/" && base::folder_of(path) == folder;
}

}  // namespace

struct FaultyFiles::Disk {
  mutable std::mutex mutex;
  Names names{{"/", std::make_shared<Node>(Node{.is_folder = true})}};
  Names synced_names = names;
  std::set<std::string> locked;
  std::map<FileStep, int> faults;
  uint64_t steps_left = kNoLimit;
  int fault_after_steps = 0;
  uint64_t room = kNoLimit;
  uint64_t crashes = 0;
  uint64_t unique = 0;

  /// 0, or the errno with which this step fails.
  int take_step(FileStep step) {
    if (steps_left == 0) return fault_after_steps;
    if (steps_left != kNoLimit) --steps_left;
    const auto fault = faults.find(step);
    return fault == faults.end() ? 0 : fault->second;
  }

  Node* find(const std::string& path) const {
    const auto found = names.find(path);
    return found == names.end() ? nullptr : found->second.get();
  }

  /// 0, or why nothing can be made at this path.
  int above_is_missing(const std::string& path) const {
    const Node* const above = find(base::folder_of(path));
    if (above == nullptr) return ENOENT;
    return above->is_folder ? 0 : ENOTDIR;
  }

  /// How much of `data` fits on the disk from `offset` on.
  size_t take_room(const Node& node, uint64_t offset, size_t bytes) {
    if (room == kNoLimit) return bytes;
    const uint64_t in_place = node.content.size() - std::min<uint64_t>(node.content.size(), offset);
    const uint64_t grows = bytes - std::min<uint64_t>(bytes, in_place);
    const uint64_t taken = std::min(room, grows);
    room -= taken;
    return bytes - static_cast<size_t>(grows - taken);
  }

  void sync_names_in(const std::string& folder) {
    std::erase_if(synced_names, [&](const auto& name) { return lies_in(name.first, folder); });
    for (const auto& [path, node] : names) {
      if (lies_in(path, folder)) synced_names[path] = node;
    }
  }

  void lose_power(std::mt19937_64* chance);
};

namespace {

// What is left of a file whose end was not synced.
std::string remains_of(const Node& node, std::mt19937_64* chance) {
  std::string out = node.synced;
  if (chance == nullptr || !node.content.starts_with(node.synced)) return out;
  const size_t unsynced = node.content.size() - node.synced.size();
  const size_t kept = (*chance)() % (unsynced + 1);
  const size_t zeros = (*chance)() % 2 == 0 ? 0 : (*chance)() % (kept + 1);
  return out.append(node.content, node.synced.size(), kept - zeros).append(zeros, '\0');
}

}  // namespace

void FaultyFiles::Disk::lose_power(std::mt19937_64* chance) {
  if (chance != nullptr) {
    for (const auto& [path, node] : names) {
      if (node->is_folder && (*chance)() % 2 == 0) sync_names_in(path);
    }
  }
  Names left;
  for (const auto& [path, node] : synced_names) {  // A folder comes before what it holds.
    if (path != "/" && !left.contains(base::folder_of(path))) continue;
    auto& copy = left[path] = std::make_shared<Node>(*node);
    copy->content = copy->synced = remains_of(*node, chance);
  }
  names = synced_names = std::move(left);
  locked.clear();
  ++crashes;
}

class FaultyFiles::OpenFile final : public base::File {
 public:
  OpenFile(std::shared_ptr<Disk> disk, std::shared_ptr<Node> node, std::string path, OpenMode mode)
      : disk_(std::move(disk)),
        node_(std::move(node)),
        path_(std::move(path)),
        mode_(mode),
        crashes_(disk_->crashes) {}

  Status append(std::string_view data) override {
    assert(mode_ != OpenMode::kUpdate);
    const std::lock_guard lock(disk_->mutex);
    return write(node_->content.size(), data);
  }

  Status write_at(uint64_t offset, std::string_view data) override {
    assert(mode_ == OpenMode::kUpdate);
    const std::lock_guard lock(disk_->mutex);
    return write(offset, data);
  }

  Status truncate(uint64_t bytes) override {
    const std::lock_guard lock(disk_->mutex);
    if (const int number = take_step(FileStep::kTruncate)) return file_error("cut", path_, number);
    node_->content.resize(bytes);
    return {};
  }

  Status sync() override {
    const std::lock_guard lock(disk_->mutex);
    if (const int number = take_step(FileStep::kSync)) {
      sync_failed_ = true;
      return file_error("sync", path_, number);
    }
    node_->synced = node_->content;
    return {};
  }

 private:
  int take_step(FileStep step) {
    if (disk_->crashes != crashes_) return EBADF;
    if (sync_failed_) return EIO;
    return disk_->take_step(step);
  }

  Status write(uint64_t offset, std::string_view data) {
    int number = take_step(FileStep::kWrite);
    size_t written = number == 0 ? data.size() : data.size() / 2;
    if (disk_->crashes != crashes_ || sync_failed_) written = 0;
    if (const size_t fits = disk_->take_room(*node_, offset, written); fits < written) {
      number = ENOSPC;
      written = fits;
    }
    std::string& content = node_->content;
    if (content.size() < offset + written) content.resize(offset + written);
    content.replace(offset, written, data.substr(0, written));
    return number == 0 ? Status() : file_error("write to", path_, number);
  }

  const std::shared_ptr<Disk> disk_;
  const std::shared_ptr<Node> node_;
  const std::string path_;
  [[maybe_unused]] const OpenMode mode_;
  const uint64_t crashes_;
  bool sync_failed_ = false;
};

class FaultyFiles::Lock final : public base::FileLock {
 public:
  Lock(std::shared_ptr<Disk> disk, std::string path)
      : disk_(std::move(disk)), path_(std::move(path)), crashes_(disk_->crashes) {}
  ~Lock() override {
    const std::lock_guard lock(disk_->mutex);
    if (disk_->crashes == crashes_) disk_->locked.erase(path_);
  }

 private:
  const std::shared_ptr<Disk> disk_;
  const std::string path_;
  const uint64_t crashes_;
};

FaultyFiles::FaultyFiles() : disk_(std::make_shared<Disk>()) {}
FaultyFiles::~FaultyFiles() = default;

void FaultyFiles::set_room(uint64_t bytes) {
  const std::lock_guard lock(disk_->mutex);
  disk_->room = bytes;
}

void FaultyFiles::fail(FileStep step, int number) {
  const std::lock_guard lock(disk_->mutex);
  disk_->faults[step] = number;
}

void FaultyFiles::fail_after(uint64_t steps, int number) {
  const std::lock_guard lock(disk_->mutex);
  disk_->steps_left = steps;
  disk_->fault_after_steps = number;
}

void FaultyFiles::heal() {
  const std::lock_guard lock(disk_->mutex);
  disk_->faults.clear();
  disk_->steps_left = disk_->room = kNoLimit;
}

void FaultyFiles::crash() {
  const std::lock_guard lock(disk_->mutex);
  disk_->lose_power(nullptr);
}

void FaultyFiles::crash(uint64_t seed) {
  const std::lock_guard lock(disk_->mutex);
  std::mt19937_64 chance(seed);
  disk_->lose_power(&chance);
}

Result<std::unique_ptr<base::File>> FaultyFiles::open(const std::string& path, OpenMode mode) {
  const std::lock_guard lock(disk_->mutex);
  const std::string name = absolute(path);
  if (const int number = disk_->take_step(FileStep::kOpen)) return file_error("open", path, number);
  if (const int number = disk_->above_is_missing(name)) return file_error("open", path, number);
  auto& node = disk_->names[name];
  if (node == nullptr) {
    node = std::make_shared<Node>();
  } else if (mode == OpenMode::kCreate) {
    return file_error("open", path, EEXIST);
  } else if (node->is_folder) {
    return file_error("open", path, EISDIR);
  }
  return std::unique_ptr<base::File>(std::make_unique<OpenFile>(disk_, node, path, mode));
}

Result<std::string> FaultyFiles::read(const std::string& path, uint64_t bytes_max) const {
  const std::lock_guard lock(disk_->mutex);
  const Node* const node = disk_->find(absolute(path));
  if (node == nullptr) return file_error("read", path, ENOENT);
  if (node->is_folder) return file_error("read", path, EISDIR);
  if (node->content.size() <= bytes_max) return node->content;
  return Error{base::Code::kLimit, "\"" + path + "\" is too large"};
}

Result<std::vector<base::FolderEntry>> FaultyFiles::list(const std::string& folder) const {
  const std::lock_guard lock(disk_->mutex);
  const std::string name = absolute(folder);
  const Node* const node = disk_->find(name);
  if (node == nullptr) return file_error("list", folder, ENOENT);
  if (!node->is_folder) return file_error("list", folder, ENOTDIR);
  std::vector<base::FolderEntry> out;
  for (const auto& [path, child] : disk_->names) {
    if (!lies_in(path, name)) continue;
    out.push_back({std::filesystem::path(path).filename().string(), child->is_folder});
  }
  return out;
}

Status FaultyFiles::make_folders(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  std::filesystem::path name;
  for (const auto& part : std::filesystem::path(absolute(path))) {
    name /= part;
    const Node* const node = disk_->find(name.string());
    if (node != nullptr && node->is_folder) continue;
    int number = node != nullptr ? EEXIST : disk_->take_step(FileStep::kMakeFolder);
    if (number != 0) return file_error("make the folder", name.string(), number);
    disk_->names[name.string()] = std::make_shared<Node>(Node{.is_folder = true});
    disk_->synced_names[name.string()] = disk_->names[name.string()];
  }
  return {};
}

Result<std::string> FaultyFiles::make_unique_folder(const std::string& prefix) {
  const std::lock_guard lock(disk_->mutex);
  const std::string number = std::to_string(++disk_->unique);
  const std::string path =
      prefix + std::string(6 - std::min<size_t>(6, number.size()), '0') + number;
  int fault = disk_->take_step(FileStep::kMakeFolder);
  if (fault == 0) fault = disk_->above_is_missing(absolute(path));
  if (fault != 0) return file_error("make a folder", prefix, fault);
  disk_->names[absolute(path)] = std::make_shared<Node>(Node{.is_folder = true});
  return path;
}

Status FaultyFiles::rename(const std::string& from, const std::string& to) {
  const std::lock_guard lock(disk_->mutex);
  const std::string action = "rename \"" + from + "\" to";
  if (const int number = disk_->take_step(FileStep::kRename)) return file_error(action, to, number);
  const auto found = disk_->names.find(absolute(from));
  if (found == disk_->names.end()) return file_error(action, to, ENOENT);
  if (const int number = disk_->above_is_missing(absolute(to)))
    return file_error(action, to, number);
  const auto node = found->second;
  disk_->names.erase(found);
  disk_->names[absolute(to)] = node;
  return {};
}

Status FaultyFiles::remove(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  const std::string name = absolute(path);
  if (const int number = disk_->take_step(FileStep::kRemove)) {
    return file_error("remove", path, number);
  }
  if (disk_->find(name) == nullptr) return file_error("remove", path, ENOENT);
  for (const auto& other : disk_->names) {
    if (lies_in(other.first, name)) return file_error("remove", path, ENOTEMPTY);
  }
  disk_->names.erase(name);
  return {};
}

Status FaultyFiles::sync_folder(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  int number = disk_->take_step(FileStep::kSyncFolder);
  const Node* const node = disk_->find(absolute(path));
  if (number == 0 && node == nullptr) number = ENOENT;
  if (number == 0 && !node->is_folder) number = ENOTDIR;
  if (number != 0) return file_error("sync the folder", path, number);
  disk_->sync_names_in(absolute(path));
  return {};
}

Result<std::unique_ptr<base::FileLock>> FaultyFiles::lock(const std::string& path) {
  const std::lock_guard lock(disk_->mutex);
  const std::string name = absolute(path);
  int number = disk_->take_step(FileStep::kLock);
  if (number == 0) number = disk_->above_is_missing(name);
  if (number != 0) return file_error("open", path, number);
  if (!disk_->locked.insert(name).second) return std::unique_ptr<base::FileLock>();
  disk_->names.try_emplace(name, std::make_shared<Node>());
  return std::unique_ptr<base::FileLock>(std::make_unique<Lock>(disk_, name));
}

}  // namespace tocsin::testing
