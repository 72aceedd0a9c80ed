#include "engine/app/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace tocsin::app {
namespace {

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Field `index` of /proc/self/statm, in bytes.
double memory_bytes(int index) {
  std::ifstream statm("/proc/self/statm");
  int64_t pages = 0;
  for (int i = 0; i <= index; ++i) statm >> pages;
  return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_fds() {
  std::error_code error;
  std::filesystem::directory_iterator entries("/proc/self/fd", error);
  if (error) return 0;
  return static_cast<double>(std::distance(entries, std::filesystem::directory_iterator())) - 1;
}

double max_fds() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

void register_process_metrics(base::MetricRegistry& metrics, base::TimestampMs started_at) {
  metrics.counter_from("process_cpu_seconds_total",
                       "Total user and system CPU time spent in seconds.", cpu_seconds);
  metrics.gauge_from("process_virtual_memory_bytes", "Virtual memory size in bytes.",
                     [] { return memory_bytes(0); });
  metrics.gauge_from("process_resident_memory_bytes", "Resident memory size in bytes.",
                     [] { return memory_bytes(1); });
  metrics.gauge_from("process_open_fds", "Number of open file descriptors.", open_fds);
  metrics.gauge_from("process_max_fds", "Maximum number of open file descriptors.", max_fds);
  metrics
      .gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.")
      .set(static_cast<double>(started_at) / 1000);
}

}  // namespace tocsin::app
