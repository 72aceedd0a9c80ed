// The number of a sample line, fast when it is short enough to be exact.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace tocsin::scrape {

/// Parses a decimal number that starts at `p`: up to 19 digits, optional sign, fraction and
/// exponent, where mantissa and power of ten are exact doubles (one rounding: correct). Returns the
/// end, or nullptr when the slow path has to decide. Requires a byte that ends a number within the
/// buffer. Source: W. D. Clinger, How to Read Floating Point Numbers Accurately (1990).
inline const char* parse_exact_float(const char* p, double& out) {
  static constexpr std::array<double, 23> kPowersOfTen{
      1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
      1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  constexpr uint64_t kExactMax = uint64_t{1} << 53;
  constexpr int kDigitsMax = 19;
  constexpr int kPowerMax = 22;

  const bool negative = *p == '-';
  p += negative ? 1 : 0;
  const auto digit = [](char c) { return static_cast<unsigned>(static_cast<uint8_t>(c)) - '0'; };
  uint64_t mantissa = 0;
  const char* const whole = p;
  for (unsigned d; (d = digit(*p)) <= 9; ++p) mantissa = mantissa * 10 + d;
  int64_t digits = p - whole;
  int64_t power = 0;
  if (*p == '.') {
    const char* const fraction = ++p;
    for (unsigned d; (d = digit(*p)) <= 9; ++p) mantissa = mantissa * 10 + d;
    power = fraction - p;
    digits -= power;
  }
  if (digits == 0 || digits > kDigitsMax || mantissa > kExactMax) return nullptr;
  if (*p == 'e' || *p == 'E') {
    ++p;
    const bool down = *p == '-';
    p += down || *p == '+' ? 1 : 0;
    const char* const exponent = p;
    int64_t e = 0;
    for (unsigned d; (d = digit(*p)) <= 9 && p - exponent < 4; ++p) e = e * 10 + d;
    if (p == exponent || digit(*p) <= 9) return nullptr;
    power += down ? -e : e;
  }
  if (power < -kPowerMax || power > kPowerMax) return nullptr;
  double value = static_cast<double>(mantissa);
  value = power < 0 ? value / kPowersOfTen[static_cast<size_t>(-power)]
                    : value * kPowersOfTen[static_cast<size_t>(power)];
  out = negative ? -value : value;
  return p;
}

}  // namespace tocsin::scrape
