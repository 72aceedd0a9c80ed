// Template text to trees. Source: Go text/template/parse/parse.go.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/template/functions.h"
#include "engine/template/tree.h"

namespace tocsin::tmpl {

inline constexpr size_t kMaxTemplateBytes = 4 << 20;

/// Parses `text` to the template `name` and those it defines, in order of definition (`name` is
/// last). Fails with Go's text "template: NAME:LINE: …". The trees point into `functions`.
base::Result<std::vector<std::shared_ptr<const Tree>>> parse_trees(std::string_view name,
                                                                   std::string_view text,
                                                                   const FunctionTable& functions);

}  // namespace tocsin::tmpl
