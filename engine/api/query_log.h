// The query log: a line of JSON for every query that ran.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "engine/api/query_stats.h"
#include "engine/api/write_failures.h"
#include "engine/base/clock.h"
#include "engine/base/executor.h"
#include "engine/base/files.h"
#include "engine/base/log.h"
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

/// Writes to the file of global.query_log_file, or nowhere. Thread-safe. No query waits for the
/// disk: lines are handed to `writer`, and when the disk is full, fails, or is slower than queries
/// are, they are lost, counted and told of. Source: prometheus promql/engine.go exec,
/// util/logging/file.go.
class QueryLog {
 public:
  /// `writer` runs one task at a time and ends before the log does.
  QueryLog(base::Files& files, base::Executor& writer, const base::Clock& clock, base::Log log)
      : files_(files),
        writer_(writer),
        clock_(clock),
        failures_(clock, std::move(log), "write the query log") {}

  /// Opens `path` for appending, even if it is open already, as the file may have been moved away;
  /// "" for no log. Fails with one sentence, changing nothing. The result, when called, makes it
  /// the file to write to; lines that wait go to the one they were written for.
  base::Result<std::function<void()>> prepare(const std::string& path);
  bool is_enabled() const { return target_.load() != nullptr; }
  void write(const QueryLogEntry& entry);
  /// Lines that are not in the file, or not whole.
  uint64_t failures() const { return failures_.total(); }

 private:
  struct Target;
  void write_now(Target& target, std::string line);

  base::Files& files_;
  base::Executor& writer_;
  const base::Clock& clock_;
  WriteFailures failures_;
  std::atomic<std::shared_ptr<Target>> target_;
  std::atomic<size_t> waiting_bytes_{0};  // Of lines that the writer has not got to.
};

/// "httpRequest":{"clientIP":…,"method":…,"path":…}; `remote` is "ADDRESS:PORT".
std::string http_origin(std::string_view remote, std::string_view method, std::string_view path);

}  // namespace tocsin::api
