// How much of results is in memory for clients that are still reading them.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "engine/net/http_server.h"

namespace tocsin::api {

/// Shared by all answers that are under way: clients that ask for much and read slowly must not
/// fill the memory. Thread-safe.
class ResultRoom {
 public:
  explicit ResultRoom(uint64_t bytes_max)
      : bytes_max_(bytes_max), taken_(std::make_shared<std::atomic<uint64_t>>(0)) {}

  /// Takes room for the rest of `response`, if it has one, until that goes, which may be after this
  /// object has. Where there is none beside the others it becomes a 503. An answer that is alone is
  /// always let in, however large.
  void admit(net::ServerResponse& response) const;

 private:
  const uint64_t bytes_max_;
  const std::shared_ptr<std::atomic<uint64_t>> taken_;
};

}  // namespace tocsin::api
