#include "engine/net/sigpipe.h"

#include <pthread.h>
#include <signal.h>

namespace tocsin::net {

void block_sigpipe() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace tocsin::net
