#include "engine/app/signals.h"

#include <ctime>
#include <initializer_list>

namespace tocsin::app {

Signals::Signals() {
  sigemptyset(&watched_);
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) sigaddset(&watched_, signal);
  pthread_sigmask(SIG_BLOCK, &watched_, &previous_);
  std::signal(SIGPIPE, SIG_IGN);
}

void Signals::stop_watching() const {
  sigset_t ending;
  sigemptyset(&ending);
  for (const int signal : {SIGINT, SIGTERM}) {
    std::signal(signal, SIG_DFL);
    sigaddset(&ending, signal);
  }
  pthread_sigmask(SIG_UNBLOCK, &ending, nullptr);
}

Signals::~Signals() { pthread_sigmask(SIG_SETMASK, &previous_, nullptr); }

int Signals::wait() const {
  int signal = 0;
  while (sigwait(&watched_, &signal) != 0) {
  }
  return signal;
}

int Signals::wait_for(int timeout_ms) const {
  const timespec timeout{timeout_ms / 1000, (timeout_ms % 1000) * 1'000'000L};
  const int signal = sigtimedwait(&watched_, nullptr, &timeout);
  return signal > 0 ? signal : 0;
}

}  // namespace tocsin::app
