// Go's fmt: Sprintf, Sprint and Sprintln over template values.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/template/value.h"

namespace tocsin::tmpl {

/// fmt.Sprintf with Go's verbs and flags. What is wrong with the format shows in the text, as in
/// Go: "%!d(string=x)", "%!s(MISSING)", "%!(EXTRA int=1)". Stops soon after
/// `max_bytes` (widths can make a short format long); the caller compares sizes.
std::string sprintf_values(std::string_view format, std::span<const Value> args, size_t max_bytes);

/// fmt.Sprint: a space between neighbours that are both no strings.
std::string sprint_values(std::span<const Value> args);

/// fmt.Sprintln.
std::string sprintln_values(std::span<const Value> args);

}  // namespace tocsin::tmpl
