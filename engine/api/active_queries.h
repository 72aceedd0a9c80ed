// Which queries run, in a file that outlives the process: after a crash it shows what did it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/base/time.h"

namespace tocsin::api {

/// The file: '[', then for each place 1000 bytes with {"query":…,"timestamp_sec":…} and a comma at
/// the end, or zeros. It is mapped into memory, so that noting a query costs a copy and nothing is
/// lost when the process dies; a machine that goes down may lose it. Places are used by one thread
/// at a time, different ones by different threads. Source: prometheus promql/query_logger.go.
class ActiveQueries {
 public:
  /// Makes the file anew. `unfinished` becomes the JSON list that the last process left, or "" when
  /// it had finished all. Fails with one sentence when the file cannot be made.
  static base::Result<std::unique_ptr<ActiveQueries>> open(const std::string& path, uint32_t places,
                                                           std::string& unfinished);
  ~ActiveQueries();
  ActiveQueries(const ActiveQueries&) = delete;
  ActiveQueries& operator=(const ActiveQueries&) = delete;

  /// Long queries are cut, between characters.
  void begin(uint32_t place, std::string_view query, base::TimestampMs now);
  void end(uint32_t place);

 private:
  explicit ActiveQueries(std::span<char> file) : file_(file) {}
  std::span<char> entry(uint32_t place) const;
  std::span<char> file_;
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
