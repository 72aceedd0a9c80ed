#include "engine/app/demo/temporary_folder.h"

namespace tocsin::app::demo {
namespace {

base::Status remove_tree(base::Files& files, const std::string& folder) {
  ASSIGN_OR_RETURN(const auto entries, files.list(folder));
  for (const auto& [name, is_folder] : entries) {
    const std::string path = folder + "/" + name;
    RETURN_IF_ERROR(is_folder ? remove_tree(files, path) : files.remove(path));
  }
  return files.remove(folder);
}

}  // namespace

base::Result<std::unique_ptr<TemporaryFolder>> TemporaryFolder::make(base::Files& files,
                                                                     const std::string& parent) {
  ASSIGN_OR_RETURN(std::string path, files.make_unique_folder(parent + "/tocsin-demo-"));
  return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(files, std::move(path)));
}

TemporaryFolder::~TemporaryFolder() {
  // A temporary folder that stays behind harms nobody.
  static_cast<void>(remove_tree(files_, path_));
}

}  // namespace tocsin::app::demo
