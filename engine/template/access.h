// Dot access: `.Name` on any value, and the methods of times and durations.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "engine/base/status.h"
#include "engine/template/value.h"

namespace tocsin::tmpl {

/// What `receiver.name args…` gives. Errors carry Go's reason without its position
/// ("can't evaluate field X in type T"). `receiver` is not nil.
base::Result<Value> access_field(const Value& receiver, std::string_view name,
                                 std::span<const Value> args);

/// A method of a time or duration; nullopt when there is none of that name.
std::optional<base::Result<Value>> time_method(const Time& time, std::string_view name,
                                               std::span<const Value> args);
std::optional<base::Result<Value>> duration_method(Duration duration, std::string_view name,
                                                   std::span<const Value> args);

}  // namespace tocsin::tmpl
