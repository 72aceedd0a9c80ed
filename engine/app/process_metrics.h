// process_* metrics of this process, from /proc.
#pragma once

#include "engine/base/metrics.h"
#include "engine/base/time.h"

namespace tocsin::app {

/// Registers process_cpu_seconds_total, process_resident_memory_bytes,
/// process_virtual_memory_bytes, process_open_fds, process_max_fds and process_start_time_seconds.
void register_process_metrics(base::MetricRegistry& metrics, base::TimestampMs started_at);

}  // namespace tocsin::app
