// The objects behind template_data(); callers want data.h.
#pragma once

#include <memory>

#include "engine/base/json_writer.h"
#include "engine/template/value.h"
#include "notifiers/notification.h"

namespace tocsin::notifiers {

/// A label set with upstream's methods of template.KV: SortedPairs, Remove, Names, Values.
tmpl::Value key_value_object(base::Labels labels);

/// One alert as a JSON object, as webhooks and toJson show it.
void write_alert(base::JsonWriter& json, const NotifiedAlert& item);

}  // namespace tocsin::notifiers
