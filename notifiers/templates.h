// The templates that messages can call: the built-in ones, then the user's files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/template/template.h"

namespace tocsin::notifiers {

/// Our own templates under upstream's names ("__subject", "slack.default.title", …).
std::string_view default_text_templates();
/// "email.default.subject" and "email.default.html".
std::string_view default_email_templates();

/// The built-in templates and the files that `globs` match, in order; later definitions win. A glob
/// that matches nothing is fine. Fails with the file and the position of a syntax error, or when a
/// file cannot be read.
base::Result<tmpl::TemplateSet> load_templates(const std::vector<std::string>& globs);

}  // namespace tocsin::notifiers
