// The query API over data from a file: what a server would answer, without one.
#pragma once

#include <memory>
#include <string>

#include "engine/app/commands.h"
#include "engine/net/http_client.h"

namespace tocsin::app {

/// A store filled from a file, behind the API's query handlers.
class OfflineServer {
 public:
  /// Reads a promqltest file of load blocks, at most 256 MiB. Errors carry its path.
  static base::Result<std::unique_ptr<OfflineServer>> open(const std::string& path,
                                                           const promql::Features& features);
  virtual ~OfflineServer() = default;
  /// The answer to POST `path` with the body `form`.
  virtual net::HttpResponse post(const std::string& path, std::string form) = 0;
};

}  // namespace tocsin::app
