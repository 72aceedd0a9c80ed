// The running engine: every part, built in order, connected, reloaded and stopped.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "engine/app/commands.h"
#include "engine/base/clock.h"
#include "engine/base/files.h"
#include "engine/base/log.h"
#include "engine/base/status.h"
#include "notifiers/snapshot.h"
#include "rules/rule_views.h"

namespace tocsin::app {

/// One engine. reload() and the views are thread-safe.
class Daemon {
 public:
  /// Loads every file, binds the port, then starts scraping and evaluating. Fails with one sentence
  /// and leaves nothing running. Writes go through `files` alone. `clock` and `files` outlive the
  /// daemon.
  static base::Result<std::unique_ptr<Daemon>> start(const ServeFlags& flags,
                                                     const base::Clock& clock, base::Files& files,
                                                     base::Log log);
  virtual ~Daemon() = default;

  /// Loads every file again. Everything is checked before anything changes; after an error all is
  /// as it was.
  virtual base::Status reload() = 0;
  /// Stops taking requests, lets running ones and evaluations finish, ends deliveries. Blocks.
  virtual void stop() = 0;

  virtual uint16_t port() const = 0;
  virtual std::vector<rules::AlertView> alerts() const = 0;
};

}  // namespace tocsin::app
