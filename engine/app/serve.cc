// tocsin serve: the daemon and its signals.
#include <sys/resource.h>

#include <csignal>

#include "engine/app/commands.h"
#include "engine/app/daemon.h"
#include "engine/app/heap_trimmer.h"
#include "engine/app/signals.h"
#include "engine/app/terminal.h"
#include "engine/base/forward_clock.h"
#include "engine/base/posix_files.h"

namespace tocsin::app {
namespace {

/// The soft limit is often 1024, for the sake of programs that use select(); targets, receivers and
/// clients take a descriptor each.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);  // process_max_fds shows what there is
}

}  // namespace

int run_serve(const ServeFlags& flags) {
  raise_descriptor_limit();
  set_heap_policy();
  const Signals signals;  // Before any thread starts, so that all inherit the mask.
  const base::SystemClock system_clock;
  const base::ForwardClock clock(system_clock);
  base::PosixFiles files;
  const base::Log log(flags.log_level, flags.log_format);
  auto daemon = Daemon::start(flags, clock, files, log);
  if (!daemon) {
    print_error(daemon.error());
    return kExitFailed;
  }
  for (;;) {
    switch (signals.wait()) {
      case SIGHUP:
        // The daemon logs the outcome and shows it in tocsin_config_last_reload_successful.
        static_cast<void>((*daemon)->reload());
        break;
      case SIGINT:
      case SIGTERM:
        log.info("Received a signal to stop, draining; another one ends the process at once");
        signals.stop_watching();
        (*daemon)->stop();
        log.info("See you next time!");
        return kExitOk;
      default:
        break;
    }
  }
}

}  // namespace tocsin::app
