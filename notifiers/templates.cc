#include "notifiers/templates.h"

#include "engine/config/yaml.h"
#include "engine/template/funcs_alertmanager.h"

namespace tocsin::notifiers {

namespace {

constexpr uint64_t kFileBytesMax = 4u << 20;

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

base::Status add_file(const std::string& path, tmpl::TemplateSet& set) {
  ASSIGN_OR_RETURN(const std::string text, config::read_file(path, kFileBytesMax));
  base::Status status = set.add(base_name(path), text);
  if (status.ok()) return {};
  base::Error error = std::move(status).error();
  if (error.where.file.empty()) error.where.file = path;
  return error;
}

}  // namespace

base::Result<tmpl::TemplateSet> load_templates(const std::vector<std::string>& globs) {
  tmpl::TemplateSet set(tmpl::alertmanager_functions());
  RETURN_IF_ERROR(set.add("default.tmpl", default_text_templates()));
  RETURN_IF_ERROR(set.add("email.tmpl", default_email_templates()));
  for (const std::string& pattern : globs) {
    ASSIGN_OR_RETURN(const std::vector<std::string> paths, config::glob(pattern));
    for (const std::string& path : paths) RETURN_IF_ERROR(add_file(path, set));
  }
  return set;
}

}  // namespace tocsin::notifiers
