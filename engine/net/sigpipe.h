// Broken connections as errors.
#pragma once

namespace tocsin::net {

/// Blocks SIGPIPE in the calling thread: OpenSSL writes without MSG_NOSIGNAL, and libcurl leaves
/// the signal alone in programs with threads.
void block_sigpipe();

}  // namespace tocsin::net
