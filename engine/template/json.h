// toJson: values as Go's encoding/json writes them.
#pragma once

#include <string>

#include "engine/base/status.h"
#include "engine/template/value.h"

namespace tocsin::tmpl {

/// Fails for NaN and infinities with Go's text ("json: unsupported value: NaN").
base::Result<std::string> to_json(const Value& value);

}  // namespace tocsin::tmpl
