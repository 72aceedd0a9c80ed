// Functions on text that both dialects have.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/template/functions.h"

namespace tocsin::tmpl {

/// First letters of words in capitals; with `lower_rest` (Alertmanager) the others small.
std::string title_case(std::string_view text, bool lower_rest);
std::string trim_space(std::string_view text);

/// True when the RE2 expression matches anywhere. Fails with Go's text
/// "error parsing regexp: missing closing ): `(`".
base::Result<bool> regex_match(std::string_view expression, std::string_view text);
/// Go's ReplaceAllString: $1, ${name} and $$ in the replacement. Fails when the result would be
/// longer than `max_bytes`.
base::Result<std::string> regex_replace_all(std::string_view expression, std::string_view text,
                                            std::string_view replacement, size_t max_bytes);

/// toUpper toLower match reReplaceAll humanizeDuration safeHtml.
void add_text_functions(FunctionTable& table);

}  // namespace tocsin::tmpl
