#include "engine/base/shortest_decimal.h"

#include <array>
#include <bit>
#include <cstddef>

namespace tocsin::base {
namespace {

// __extension__: a type of both compilers, which ISO C++ does not know.
__extension__ using Wide = unsigned __int128;

constexpr int kFractionBits = 52;
constexpr int kExponentBias = 1023 + kFractionBits;
constexpr int kPowerMin = -292;
constexpr int kPowerMax = 324;

/// The leading 128 bits of a power of ten; the first is a one. Rounded up when inexact.
struct Power {
  uint64_t high = 0;
  uint64_t low = 0;
};

/// A large whole number, the least significant word first.
template <size_t kWords>
struct Large {
  std::array<uint32_t, kWords> words{};

  constexpr void multiply(uint32_t factor) {
    uint64_t carry = 0;
    for (uint32_t& word : words) {
      carry += uint64_t{word} * factor;
      word = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
  }
  /// Rounds down.
  constexpr void divide(uint32_t divisor) {
    uint64_t rest = 0;
    for (size_t i = kWords; i-- > 0;) {
      rest = (rest << 32) | words[i];
      words[i] = static_cast<uint32_t>(rest / divisor);
      rest %= divisor;
    }
  }
  /// 64 bits, of which the lowest is `bit`.
  constexpr uint64_t bits_from(size_t bit) const {
    Wide window = 0;
    for (size_t i = 0; i < 3 && bit / 32 + i < kWords; ++i) {
      window |= Wide{words[bit / 32 + i]} << (32 * i);
    }
    return static_cast<uint64_t>(window >> (bit % 32));
  }
  /// Requires at least 128 bits.
  constexpr Power leading() const {
    size_t top = kWords;
    while (words[top - 1] == 0) --top;
    const size_t bits = 32 * (top - 1) + static_cast<size_t>(std::bit_width(words[top - 1]));
    return {bits_from(bits - 64), bits_from(bits - 128)};
  }
};

constexpr Power rounded_up(Power power) {
  const bool carries = ++power.low == 0;
  return {power.high + (carries ? 1 : 0), power.low};
}

// Powers of two only shift, so powers of five do: upwards by multiplication, downwards by dividing
// a power of two that is large enough to leave 128 bits. Dividing step by step and rounding down is
// the same as dividing once.
constexpr std::array<Power, kPowerMax - kPowerMin + 1> make_powers() {
  constexpr int kExactMax = 55;  // The last power of five with at most 128 bits.
  std::array<Power, kPowerMax - kPowerMin + 1> powers{};
  Large<30> up;
  up.words[4] = 1;  // 2^128: its leading bits are there from the start.
  for (int k = 0; k <= kPowerMax; ++k) {
    powers[static_cast<size_t>(k - kPowerMin)] =
        k <= kExactMax ? up.leading() : rounded_up(up.leading());
    up.multiply(5);
  }
  Large<27> down;
  down.words[26] = 1u << 31;
  for (int k = -1; k >= kPowerMin; --k) {
    down.divide(5);
    powers[static_cast<size_t>(k - kPowerMin)] = rounded_up(down.leading());
  }
  return powers;
}

constexpr auto kPowers = make_powers();

constexpr int floor_log2_of_power_of_ten(int e) { return (e * 1741647) >> 19; }

/// The upper bits of factor × power; the lowest tells whether there is more below (sticky).
uint64_t round_to_odd(const Power& power, uint64_t factor) {
  const auto low = static_cast<uint64_t>((Wide{power.low} * factor) >> 64);
  const Wide product = Wide{power.high} * factor + low;
  const auto high = static_cast<uint64_t>(product >> 64);
  return high | (static_cast<uint64_t>(product) > 1 ? 1 : 0);
}

Decimal without_trailing_zeros(uint64_t digits, int exponent) {
  if (digits % 100'000'000 == 0 && digits != 0) {
    digits /= 100'000'000;
    exponent += 8;
  }
  while (digits % 10 == 0 && digits != 0) {
    digits /= 10;
    ++exponent;
  }
  return {digits, exponent};
}

/// The shortest decimal of c × 2^q. `closer_below`: the next double below is half as far away as
/// the one above.
Decimal shortest(uint64_t c, int q, bool closer_below) {
  const int k = (q * 1262611 - (closer_below ? 524031 : 0)) >> 22;
  const int shift = q + floor_log2_of_power_of_ten(-k) + 1;
  const Power& power = kPowers[static_cast<size_t>(-k - kPowerMin)];
  // Four times the number and the ends of the interval that rounds to it, times 10^-k.
  const uint64_t from = round_to_odd(power, (4 * c - 2 + (closer_below ? 1 : 0)) << shift);
  const uint64_t middle = round_to_odd(power, (4 * c) << shift);
  const uint64_t to = round_to_odd(power, (4 * c + 2) << shift);
  const uint64_t is_odd = c & 1;  // Then the ends themselves round elsewhere.
  const uint64_t lower = from + is_odd;
  const uint64_t upper = to - is_odd;

  const uint64_t s = middle / 4;
  if (s >= 10) {  // One digit less?
    const uint64_t tenth = s / 10;
    const bool low_fits = lower <= 40 * tenth;
    const bool high_fits = 40 * tenth + 40 <= upper;
    if (low_fits != high_fits) return without_trailing_zeros(tenth + (high_fits ? 1 : 0), k + 1);
  }
  const bool low_fits = lower <= 4 * s;
  const bool high_fits = 4 * s + 4 <= upper;
  if (low_fits != high_fits) return without_trailing_zeros(s + (high_fits ? 1 : 0), k);
  const uint64_t half = 4 * s + 2;
  const bool round_up = middle > half || (middle == half && (s & 1) != 0);
  return without_trailing_zeros(s + (round_up ? 1 : 0), k);
}

}  // namespace

Decimal shortest_decimal(double magnitude) {
  const auto bits = std::bit_cast<uint64_t>(magnitude);
  const uint64_t fraction = bits & ((uint64_t{1} << kFractionBits) - 1);
  const int exponent = static_cast<int>(bits >> kFractionBits);
  if (bits == 0) return {};
  // Most samples have few decimals. Two decimals of at most 15 digits never round to one double, so
  // the one that is found is the shortest.
  if (magnitude < 1e12) {
    // NOLINTNEXTLINE(bugprone-incorrect-roundings): a wrong candidate fails the comparison.
    const auto thousandths = static_cast<uint64_t>(magnitude * 1000 + 0.5);
    if (static_cast<double>(thousandths) / 1000 == magnitude) {
      return without_trailing_zeros(thousandths, -3);
    }
  }
  if (exponent == 0) return shortest(fraction, 1 - kExponentBias, false);
  const uint64_t c = (uint64_t{1} << kFractionBits) | fraction;
  const int q = exponent - kExponentBias;
  // Whole numbers below 2^53 are their own digits.
  if (q <= 0 && q > -kFractionBits - 1 && (c & ((uint64_t{1} << -q) - 1)) == 0) {
    return without_trailing_zeros(c >> -q, 0);
  }
  return shortest(c, q, fraction == 0 && exponent > 1);
}

}  // namespace tocsin::base
