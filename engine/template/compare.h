// eq, ne, lt, le, gt, ge. Source: Go text/template/funcs.go.
#pragma once

#include <span>

#include "engine/base/status.h"
#include "engine/template/value.h"

namespace tocsin::tmpl {

/// True when the first argument equals any of the others.
base::Result<bool> equals_any(std::span<const Value> args);
base::Result<bool> less_than(const Value& left, const Value& right);

}  // namespace tocsin::tmpl
