// Host names to addresses, without a thread and without blocking (c-ares inside).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/base/time.h"
#include "engine/net/reactor.h"

namespace tocsin::net {

using Addresses = std::vector<std::string>;  ///< Numeric, without brackets, best first.
using ResolveCallback = std::function<void(base::Result<Addresses>)>;

/// True for "127.0.0.1" and "::1": nothing to look up.
bool is_address(const std::string& host);

struct ResolverOptions {
  std::string name_servers = {};  ///< "10.0.0.2:53,[::1]:5353"; empty: the system's.
  /// Answers are kept at least this long, whatever their TTL.
  base::DurationMs ttl_min = 5 * base::kSecond;
  /// How long a known name waits for its refresh before the old addresses are served.
  base::DurationMs patience = 500;
};

/// Looks names up as the system is configured (hosts file, search domains), once at a time per
/// name, and keeps answers for their TTL. When the name server fails or is slow,
/// the last known addresses are served however old they are. One thread: the reactor's.
class Resolver {
 public:
  static constexpr base::DurationMs kTtlMax = base::kHour;
  static constexpr size_t kNamesMax = 20'000;

  Resolver(Reactor& reactor, ResolverOptions options);
  ~Resolver();
  /// Calls `done` once, now (cached) or later. kUnavailable: "lookup x: no such host".
  void resolve(const std::string& host, ResolveCallback done);
  /// Fails what is under way with kCancelled.
  void close();
  uint64_t lookups() const;  ///< Questions asked so far, cache hits not counted. Thread-safe.

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin::net
