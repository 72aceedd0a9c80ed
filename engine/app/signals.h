// SIGHUP, SIGINT and SIGTERM as something to wait for.
#pragma once

#include <csignal>

namespace tocsin::app {

/// Blocks the three signals in the calling thread, and in threads started from it, for as long as
/// it lives. SIGPIPE is ignored: writes say what is wrong.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  /// Waits for the next one and returns its number.
  int wait() const;
  /// From now on the next SIGINT or SIGTERM ends the process, whatever it is doing.
  void stop_watching() const;
  /// The next one if it comes within `timeout_ms`, else 0.
  int wait_for(int timeout_ms) const;

 private:
  sigset_t watched_;
  sigset_t previous_;
};

}  // namespace tocsin::app
