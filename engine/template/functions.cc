#include "engine/template/functions.h"

#include "engine/template/builtins.h"

namespace tocsin::tmpl {
namespace {

base::Error not_here(std::string_view function) {
  return {base::Code::kUnsupported, std::string(function) + " is not available here"};
}

}  // namespace

base::Result<std::vector<QuerySample>> Environment::query(std::string_view) const {
  return not_here("query");
}
base::Result<base::TimestampMs> Environment::now() const { return not_here("now"); }
base::Result<std::string> Environment::external_url() const { return not_here("externalURL"); }
base::Result<std::string> Environment::route_label(std::string_view) const {
  return not_here("routeLabels");
}

FunctionTable::FunctionTable() { add_builtins(*this); }

void FunctionTable::add(std::string name, Function function) {
  functions_.insert_or_assign(std::move(name), std::move(function));
}

const Function* FunctionTable::find(std::string_view name) const {
  const auto it = functions_.find(name);
  return it == functions_.end() ? nullptr : &it->second;
}

}  // namespace tocsin::tmpl
