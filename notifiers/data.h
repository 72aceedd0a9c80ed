// What notification templates see as dot. Names, methods and printing are upstream's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json_writer.h"
#include "engine/template/value.h"
#include "notifiers/notification.h"

namespace tocsin::notifiers {

/// Labels (or annotations) that are equal in all alerts. Empty for no alerts.
base::Labels common_labels(const std::vector<NotifiedAlert>& alerts);
base::Labels common_annotations(const std::vector<NotifiedAlert>& alerts);

/// `text` with the characters that mean something in regular expressions escaped: how templates and
/// payloads show the receiver's name. Source: Go regexp.QuoteMeta.
std::string quote_regex(std::string_view text);

/// The root of template data: .Receiver .Status .Alerts .GroupLabels … (upstream's template.Data).
/// Source: prometheus/alertmanager template/template.go Data.
tmpl::Value template_data(const Notification& notification);

/// Writes the fields of upstream's template.Data into an open JSON object: receiver, status,
/// alerts, notification_reason, groupLabels, commonLabels, commonAnnotations, routeLabels,
/// externalURL.
void write_data_fields(base::JsonWriter& json, const Notification& notification);

/// A label set as a JSON object.
void write_labels(base::JsonWriter& json, const base::Labels& labels);

}  // namespace tocsin::notifiers
