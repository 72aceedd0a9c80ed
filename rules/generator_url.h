// Links from an alert to the expression behind it.
#pragma once

#include <string>
#include <string_view>

namespace tocsin::rules {

/// EXTERNAL_URL/graph?g0.expr=…&g0.tab=1, the expression escaped as Go's url.QueryEscape does.
/// `external_url` has no trailing slash. Source: prometheus util/strutil/strconv.go.
std::string generator_url(std::string_view external_url, std::string_view expression);

}  // namespace tocsin::rules
