#include "engine/net/crc32.h"

#include <zlib.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tocsin::net {
namespace {

#if defined(__x86_64__)

constexpr size_t kLane = 16;
constexpr size_t kBlock = 4 * kLane;

#define TOCSIN_CLMUL __attribute__((target("pclmul,sse4.1")))

TOCSIN_CLMUL __m128i load(const char* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}

/// `x` moved ahead by what `k` stands for, plus `next`.
TOCSIN_CLMUL __m128i fold(__m128i x, __m128i k, __m128i next) {
  const __m128i low = _mm_clmulepi64_si128(x, k, 0x00);
  const __m128i high = _mm_clmulepi64_si128(x, k, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/// What 128 bits leave: folded to 64, then Barrett's reduction.
TOCSIN_CLMUL uint32_t reduce(__m128i x, __m128i by_lane) {
  const __m128i k5 = _mm_set_epi64x(0, 0x163cd6124);
  const __m128i polynomial = _mm_set_epi64x(0x1f7011641, 0x1db710641);
  const __m128i low32 = _mm_setr_epi32(~0, 0, ~0, 0);
  x = _mm_xor_si128(_mm_srli_si128(x, 8), _mm_clmulepi64_si128(x, by_lane, 0x10));
  x = _mm_xor_si128(_mm_srli_si128(x, 4), _mm_clmulepi64_si128(_mm_and_si128(x, low32), k5, 0x00));
  __m128i quotient = _mm_clmulepi64_si128(_mm_and_si128(x, low32), polynomial, 0x10);
  quotient = _mm_clmulepi64_si128(_mm_and_si128(quotient, low32), polynomial, 0x00);
  return static_cast<uint32_t>(_mm_extract_epi32(_mm_xor_si128(x, quotient), 1));
}

/// Of at least kBlock bytes, a multiple of kLane. Source: V. Gopal et al., Fast CRC Computation for
/// Generic Polynomials Using PCLMULQDQ Instruction (Intel, 2009); the constants are powers of x
/// modulo the polynomial, reflected.
TOCSIN_CLMUL uint32_t crc_by_folding(std::string_view bytes) {
  const __m128i by_block = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
  const __m128i by_lane = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
  const char* p = bytes.data();
  const char* const end = p + bytes.size();
  __m128i a = _mm_xor_si128(load(p), _mm_cvtsi32_si128(~0));
  __m128i b = load(p + kLane), c = load(p + 2 * kLane), d = load(p + 3 * kLane);
  for (p += kBlock; end - p >= static_cast<ptrdiff_t>(kBlock); p += kBlock) {
    a = fold(a, by_block, load(p));
    b = fold(b, by_block, load(p + kLane));
    c = fold(c, by_block, load(p + 2 * kLane));
    d = fold(d, by_block, load(p + 3 * kLane));
  }
  a = fold(fold(fold(a, by_lane, b), by_lane, c), by_lane, d);
  for (; p < end; p += kLane) a = fold(a, by_lane, load(p));
  return ~reduce(a, by_lane);
}

#undef TOCSIN_CLMUL

bool can_fold() {
  static const bool can =
      __builtin_cpu_supports("pclmul") != 0 && __builtin_cpu_supports("sse4.1") != 0;
  return can;
}

#endif

}  // namespace

uint32_t crc32_of(std::string_view bytes) {
  uLong crc = 0;
#if defined(__x86_64__)
  if (bytes.size() >= kBlock && can_fold()) {
    const size_t folded = bytes.size() / kLane * kLane;
    crc = crc_by_folding(bytes.substr(0, folded));
    bytes.remove_prefix(folded);
  }
#endif
  return static_cast<uint32_t>(
      ::crc32_z(crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace tocsin::net
