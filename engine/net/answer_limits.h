// Bounds on answers that hold whoever carries a request out.
#pragma once

#include <cstddef>

namespace tocsin::net {

/// Status line, headers and interim answers together.
inline constexpr size_t kAnswerHeadBytesMax = 256u << 10;
/// Room made for a Content-Length before any of the body is seen.
inline constexpr size_t kTrustedLength = 1u << 20;

}  // namespace tocsin::net
