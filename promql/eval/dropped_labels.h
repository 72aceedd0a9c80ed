// What functions and arithmetic drop from a series. Source: prometheus model/schema/labels.go
// IsMetadataLabel; base::Labels::without_name() does it to a label set.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/base/labels.h"

namespace tocsin::promql {

inline constexpr std::array<std::string_view, 3> kDroppedLabels = {base::kMetricName, "__type__",
                                                                   "__unit__"};

inline bool is_dropped_label(std::string_view name) {
  return std::ranges::find(kDroppedLabels, name) != kDroppedLabels.end();
}

}  // namespace tocsin::promql
