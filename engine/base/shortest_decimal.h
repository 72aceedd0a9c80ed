// The shortest decimal that reads back as a given double.
#pragma once

#include <cstdint>

namespace tocsin::base {

/// digits × 10^exponent. The digits end in no 0, except that 0 itself is {0, 0}.
struct Decimal {
  uint64_t digits = 0;  ///< At most 17 of them.
  int32_t exponent = 0;
};

/// The decimal with the fewest digits that rounds to `magnitude`; of several the one closest to it.
/// Requires a finite number that is not negative.
/// Source: R. Giulietti, "The Schubfach way to render doubles" (2021).
Decimal shortest_decimal(double magnitude);

}  // namespace tocsin::base
