// The dialect of notification templates. Source: alertmanager 0.34 template/template.go.
#pragma once

#include <memory>

#include "engine/template/template.h"

namespace tocsin::tmpl {

/// Everything Alertmanager 0.34 offers. `now`, `since` and `routeLabels` ask the Environment.
std::shared_ptr<const FunctionTable> alertmanager_functions();

}  // namespace tocsin::tmpl
