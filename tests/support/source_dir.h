#pragma once

namespace tocsin::testing {

/// The repository's folder, absolute and without a trailing slash. Asked of a function so that only
/// one object file carries the path and every clone compiles the others alike (ccache then shares
/// them).
const char* source_dir();

}  // namespace tocsin::testing
