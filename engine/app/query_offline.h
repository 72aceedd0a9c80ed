// The query API over data from files: what a server would answer, without one.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "engine/net/http_client.h"
#include "promql/syntax/parser.h"

namespace tocsin::app {

/// A store filled from files, behind the API's query handlers.
class OfflineServer {
 public:
  /// Reads promqltest files of load blocks and OpenMetrics text, each at most 256 MiB. Errors carry
  /// the file, line and column.
  static base::Result<std::unique_ptr<OfflineServer>> open(std::span<const std::string> paths,
                                                           const promql::Features& features);
  virtual ~OfflineServer() = default;
  /// The answer to POST `path` with the body `form`; of label values to GET.
  virtual net::HttpResponse ask(const std::string& path, std::string form) = 0;
  /// The time of the newest sample; none when there is no sample.
  virtual std::optional<base::TimestampMs> newest() = 0;
};

}  // namespace tocsin::app
