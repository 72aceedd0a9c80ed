// Which queries run, in a file that outlives the process: after a crash it shows what did it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine/api/write_failures.h"
#include "engine/base/clock.h"
#include "engine/base/files.h"
#include "engine/base/log.h"
#include "engine/base/status.h"
#include "engine/base/time.h"

namespace tocsin::api {

/// The file: '[', then for each place 1000 bytes with {"query":…,"timestamp_sec":…} and a comma at
/// the end, or zeros. Noting a query is one write into the system's cache: it is not lost when the
/// process dies; a machine that goes down may lose it. Places are used by one thread at a time,
/// different ones by different threads. Source: prometheus promql/query_logger.go.
class ActiveQueries {
 public:
  /// The JSON list of queries that the last process left in the file, or "" when it had finished
  /// all or the file says nothing.
  static std::string unfinished(const base::Files& files, const std::string& path);
  /// Makes the file anew. Fails with one sentence when it cannot be made. Later failures go to
  /// `log`: the queries run, only that they cannot be noted.
  static base::Result<std::unique_ptr<ActiveQueries>> open(base::Files& files,
                                                           const std::string& path, uint32_t places,
                                                           const base::Clock& clock, base::Log log);

  /// Long queries are cut, between characters.
  void begin(uint32_t place, std::string_view query, base::TimestampMs now);
  void end(uint32_t place);

 private:
  ActiveQueries(std::unique_ptr<base::File> file, const base::Clock& clock, base::Log log)
      : file_(std::move(file)), failures_(clock, std::move(log), "note which queries run") {}
  void write(uint32_t place, std::string_view entry);

  const std::unique_ptr<base::File> file_;
  WriteFailures failures_;
};

/// Notes a query for as long as it lives.
class NotedQuery {
 public:
  /// `active` may be null: then nothing is noted.
  NotedQuery(ActiveQueries* active, uint32_t place, std::string_view query, base::TimestampMs now)
      : active_(active), place_(place) {
    if (active_ != nullptr) active_->begin(place_, query, now);
  }
  ~NotedQuery() {
    if (active_ != nullptr) active_->end(place_);
  }
  NotedQuery(const NotedQuery&) = delete;
  NotedQuery& operator=(const NotedQuery&) = delete;

 private:
  ActiveQueries* active_;
  uint32_t place_;
};

}  // namespace tocsin::api
