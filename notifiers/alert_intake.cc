#include "notifiers/alert_intake.h"

#include <algorithm>

#include "notifiers/matcher_parse.h"

namespace tocsin::notifiers {

namespace {

base::Error invalid(std::string message) { return {base::Code::kInvalid, std::move(message)}; }

base::Status validate_labels(const base::Labels& labels) {
  for (size_t i = 0; i < labels.size(); ++i) {
    const base::LabelView label = labels[i];
    if (!is_label_name(label.name)) return invalid("invalid name " + base::go_quote(label.name));
    if (!base::is_utf8(label.value)) return invalid("invalid value " + base::go_quote(label.value));
  }
  return {};
}

bool overlap(const base::Alert& stored, const base::Alert& incoming) {
  const auto inside = [&](base::TimestampMs t) {
    return t > stored.starts_at && t < stored.ends_at;
  };
  return inside(incoming.ends_at) || inside(incoming.starts_at);
}

}  // namespace

base::Alert complete_alert(base::Alert alert, base::TimestampMs now,
                           base::DurationMs resolve_timeout) {
  alert.updated_at = now;
  if (alert.starts_at == 0) alert.starts_at = alert.ends_at != 0 ? alert.ends_at : now;
  if (alert.ends_at == 0) {
    alert.timeout = true;
    alert.ends_at = now + resolve_timeout;
  }
  return alert;
}

base::Status validate_alert(const base::Alert& alert) {
  if (alert.starts_at == 0) return invalid("start time missing");
  if (alert.ends_at != 0 && alert.ends_at < alert.starts_at) {
    return invalid("start time must be before end time");
  }
  if (alert.labels.empty()) return invalid("at least one label pair required");
  if (auto status = validate_labels(alert.labels); !status) {
    return invalid("invalid label set: " + status.error().message);
  }
  if (auto status = validate_labels(alert.annotations); !status) {
    return invalid("invalid annotations: " + status.error().message);
  }
  return {};
}

base::Alert merge_alerts(const base::Alert& stored, base::Alert incoming, base::TimestampMs now) {
  if (!overlap(stored, incoming)) return incoming;
  incoming.starts_at = std::min(stored.starts_at, incoming.starts_at);
  const bool stored_ends_later = stored.ends_at > incoming.ends_at;
  if (incoming.resolved_at(now)) {
    if (stored.resolved_at(now) && stored_ends_later) incoming.ends_at = stored.ends_at;
  } else if (stored_ends_later && !stored.timeout) {
    incoming.ends_at = stored.ends_at;
  }
  return incoming;
}

}  // namespace tocsin::notifiers
