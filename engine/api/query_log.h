// The query log: a line of JSON for every query that ran.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "engine/api/query_stats.h"
#include "engine/base/clock.h"
#include "engine/base/status.h"

namespace tocsin::api {

/// One query. `origin` is JSON of who asked: "httpRequest":{…} or "ruleGroup":{…}.
struct QueryLogEntry {
  std::string_view query;
  promql::EvalRange range;
  QueryTimings timings;
  promql::QueryStats stats;
  std::string_view error;  ///< Empty: it succeeded.
  std::string_view origin;
};

/// Writes to the file of global.query_log_file, or nowhere. Thread-safe.
/// Source: prometheus promql/engine.go exec, util/logging/file.go.
class QueryLog {
 public:
  explicit QueryLog(const base::Clock& clock) : clock_(clock) {}

  /// Opens `path` for appending, even if it is open already, as the file may have been moved away;
  /// "" for no log. Fails with one sentence, changing nothing. The result, when called, makes it
  /// the file to write to.
  base::Result<std::function<void()>> prepare(const std::string& path);
  bool is_enabled() const { return file_.load() != nullptr; }
  void write(const QueryLogEntry& entry);
  /// Lines that could not be written whole.
  uint64_t failures() const { return failures_.load(std::memory_order_relaxed); }

 private:
  struct File;
  const base::Clock& clock_;
  std::atomic<std::shared_ptr<const File>> file_;
  std::atomic<uint64_t> failures_{0};
};

/// "httpRequest":{"clientIP":…,"method":…,"path":…}; `remote` is "ADDRESS:PORT".
std::string http_origin(std::string_view remote, std::string_view method, std::string_view path);

}  // namespace tocsin::api
