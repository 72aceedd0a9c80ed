#include "engine/tsdb/codec.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>

#include "engine/base/sample.h"

namespace tocsin::tsdb {
namespace {

enum class Kind : uint8_t { kEmpty, kRaw, kConstant, kInteger, kFrame, kDelta, kXor };

constexpr uint8_t kMasked = 0x08;
constexpr int kExponentMax = 9;
constexpr std::array<double, kExponentMax + 1> kPowerOfTen = {1,   1e1, 1e2, 1e3, 1e4,
                                                              1e5, 1e6, 1e7, 1e8, 1e9};
// Scaled values stay below this, so that differences of two fit 53 bits with room to spare.
constexpr double kScaledMax = 1125899906842624.0;  // 2^50

struct Scaled {
  int exponent = -1;  // −1: not all values are short decimals.
  std::array<int64_t, kRowValuesMax> v{};
};

bool scales(double value, int exponent, int64_t& scaled) {
  const double x = value * kPowerOfTen[static_cast<size_t>(exponent)];
  if (!(std::fabs(x) < kScaledMax)) return false;
  scaled = static_cast<int64_t>(std::nearbyint(x));
  const double back = static_cast<double>(scaled) / kPowerOfTen[static_cast<size_t>(exponent)];
  return std::bit_cast<uint64_t>(back) == std::bit_cast<uint64_t>(value);
}

// The smallest power of ten that turns all values into integers, and back without loss.
Scaled scale(std::span<const double> values) {
  Scaled result;
  int exponent = 0;
  for (size_t i = 0; i < values.size();) {
    if (scales(values[i], exponent, result.v[i])) {
      ++i;
    } else if (++exponent > kExponentMax) {
      return result;
    } else {
      i = 0;
    }
  }
  result.exponent = exponent;
  return result;
}

void put_word(uint64_t word, std::vector<uint8_t>& out) {
  for (int shift = 0; shift < 64; shift += 8) out.push_back(static_cast<uint8_t>(word >> shift));
}

void put_varint(int64_t value, std::vector<uint8_t>& out) {
  auto zigzag = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  for (; zigzag >= 0x80; zigzag >>= 7) out.push_back(static_cast<uint8_t>(zigzag | 0x80));
  out.push_back(static_cast<uint8_t>(zigzag));
}

void put_bits(std::span<const uint64_t> values, unsigned width, std::vector<uint8_t>& out) {
  const size_t start = out.size();
  out.resize(start + (values.size() * width + 7) / 8, 0);
  size_t bit = 0;
  for (const uint64_t value : values) {
    for (unsigned done = 0; done < width;) {
      const unsigned offset = static_cast<unsigned>(bit % 8);
      const unsigned step = std::min(8 - offset, width - done);
      const uint64_t part = (value >> done) & ((1u << step) - 1);
      out[start + bit / 8] = static_cast<uint8_t>(out[start + bit / 8] | (part << offset));
      done += step;
      bit += step;
    }
  }
}

unsigned width_of(uint64_t largest) { return static_cast<unsigned>(std::bit_width(largest)); }

uint8_t head(Kind kind, int exponent = 0) {
  return static_cast<uint8_t>(static_cast<int>(kind) | exponent << 4);
}

size_t varint_size(int64_t value) {
  const auto zigzag = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  return std::max<size_t>(1, (width_of(zigzag) + 6) / 7);
}

void encode_scaled(const Scaled& scaled, size_t count, std::vector<uint8_t>& out) {
  const auto values = std::span(scaled.v).first(count);
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  if (*least == *most) {
    out.push_back(head(Kind::kInteger, scaled.exponent));
    return put_varint(*least, out);
  }
  int64_t step_least = values[1] - values[0];
  int64_t step_most = step_least;
  for (size_t i = 2; i < count; ++i) {
    step_least = std::min(step_least, values[i] - values[i - 1]);
    step_most = std::max(step_most, values[i] - values[i - 1]);
  }
  const unsigned frame_width = width_of(static_cast<uint64_t>(*most - *least));
  const unsigned step_width = width_of(static_cast<uint64_t>(step_most - step_least));
  const size_t frame_size = varint_size(*least) + (count * frame_width + 7) / 8;
  const size_t delta_size =
      varint_size(values[0]) + varint_size(step_least) + ((count - 1) * step_width + 7) / 8;
  std::array<uint64_t, kRowValuesMax> bits{};
  if (frame_size <= delta_size) {
    for (size_t i = 0; i < count; ++i) bits[i] = static_cast<uint64_t>(values[i] - *least);
    out.push_back(head(Kind::kFrame, scaled.exponent));
    put_varint(*least, out);
    out.push_back(static_cast<uint8_t>(frame_width));
    put_bits(std::span(bits).first(count), frame_width, out);
  } else {
    for (size_t i = 1; i < count; ++i) {
      bits[i - 1] = static_cast<uint64_t>(values[i] - values[i - 1] - step_least);
    }
    out.push_back(head(Kind::kDelta, scaled.exponent));
    put_varint(values[0], out);
    put_varint(step_least, out);
    out.push_back(static_cast<uint8_t>(step_width));
    put_bits(std::span(bits).first(count - 1), step_width, out);
  }
}

void encode_real(std::span<const double> values, std::vector<uint8_t>& out) {
  std::array<uint64_t, kRowValuesMax> bits{};
  uint64_t any = 0;
  for (size_t i = 1; i < values.size(); ++i) {
    bits[i - 1] = std::bit_cast<uint64_t>(values[i]) ^ std::bit_cast<uint64_t>(values[i - 1]);
    any |= bits[i - 1];
  }
  const auto first = std::bit_cast<uint64_t>(values[0]);
  if (any == 0) {
    out.push_back(head(Kind::kConstant));
    return put_word(first, out);
  }
  const auto trailing = static_cast<unsigned>(std::countr_zero(any));
  const unsigned width = width_of(any) - trailing;
  if (2 + ((values.size() - 1) * width + 7) / 8 >= 8 * (values.size() - 1)) {
    out.push_back(head(Kind::kRaw));
    for (const double value : values) put_word(std::bit_cast<uint64_t>(value), out);
    return;
  }
  out.push_back(head(Kind::kXor));
  put_word(first, out);
  out.push_back(static_cast<uint8_t>(trailing));
  out.push_back(static_cast<uint8_t>(width));
  for (size_t i = 0; i + 1 < values.size(); ++i) bits[i] >>= trailing;
  put_bits(std::span(bits).first(values.size() - 1), width, out);
}

class Reader {
 public:
  explicit Reader(std::span<const uint8_t> row) : at_(row.data()) {}

  uint8_t byte() { return *at_++; }
  uint16_t half() {
    const auto low = byte();
    return static_cast<uint16_t>(low | byte() << 8);
  }
  uint64_t word() {
    const uint64_t value = load(at_);
    at_ += 8;
    return value;
  }
  int64_t varint() {
    uint64_t zigzag = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const uint8_t part = byte();
      zigzag |= static_cast<uint64_t>(part & 0x7f) << shift;
      if ((part & 0x80) == 0) break;
    }
    return static_cast<int64_t>(zigzag >> 1) ^ -static_cast<int64_t>(zigzag & 1);
  }
  /// The i-th of a packed array of `width`-bit numbers that starts here.
  uint64_t bits(size_t i, unsigned width) const {
    if (width == 0) return 0;
    const size_t bit = i * width;
    const uint8_t* from = at_ + bit / 8;
    const auto offset = static_cast<unsigned>(bit % 8);
    uint64_t value = load(from) >> offset;
    if (offset + width > 64) value |= static_cast<uint64_t>(from[8]) << (64 - offset);
    return width == 64 ? value : value & ((uint64_t{1} << width) - 1);
  }

 private:
  static uint64_t load(const uint8_t* from) {
    uint64_t value = 0;
    std::memcpy(&value, from, sizeof value);
    static_assert(std::endian::native == std::endian::little);
    return value;
  }
  const uint8_t* at_;
};

void decode_frame(Reader& in, double power, std::span<double> out) {
  const int64_t least = in.varint();
  const unsigned width = in.byte();
  for (size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<double>(least + static_cast<int64_t>(in.bits(i, width))) / power;
  }
}

void decode_delta(Reader& in, double power, std::span<double> out) {
  int64_t value = in.varint();
  const int64_t least = in.varint();
  const unsigned width = in.byte();
  out[0] = static_cast<double>(value) / power;
  for (size_t i = 1; i < out.size(); ++i) {
    value += least + static_cast<int64_t>(in.bits(i - 1, width));
    out[i] = static_cast<double>(value) / power;
  }
}

void decode_xor(Reader& in, std::span<double> out) {
  uint64_t value = in.word();
  const unsigned trailing = in.byte();
  const unsigned width = in.byte();
  out[0] = std::bit_cast<double>(value);
  for (size_t i = 1; i < out.size(); ++i) {
    value ^= in.bits(i - 1, width) << trailing;
    out[i] = std::bit_cast<double>(value);
  }
}

// All values present: the body of a row into a dense array.
void decode_body(Reader& in, uint8_t row_head, std::span<double> out) {
  const double power = kPowerOfTen[std::min<size_t>(row_head >> 4, kExponentMax)];
  switch (static_cast<Kind>(row_head & 7)) {
    case Kind::kEmpty:
      return;
    case Kind::kRaw:
      for (double& value : out) value = std::bit_cast<double>(in.word());
      return;
    case Kind::kConstant:
      return std::fill(out.begin(), out.end(), std::bit_cast<double>(in.word()));
    case Kind::kInteger:
      return std::fill(out.begin(), out.end(), static_cast<double>(in.varint()) / power);
    case Kind::kFrame:
      return decode_frame(in, power, out);
    case Kind::kDelta:
      return decode_delta(in, power, out);
    case Kind::kXor:
      return decode_xor(in, out);
  }
}

}  // namespace

void encode_row(std::span<const double> values, std::vector<uint8_t>& out) {
  assert(!values.empty() && values.size() <= kRowValuesMax);
  std::array<double, kRowValuesMax> dense{};
  size_t count = 0;
  unsigned present = 0;
  unsigned stale = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (base::is_stale(values[i])) {
      stale |= 1u << i;
    } else if (!base::is_absent(values[i])) {
      present |= 1u << i;
      dense[count++] = values[i];
    }
  }
  if (count == 0 && stale == 0) return;
  const size_t at = out.size();
  if (count == 0) {
    out.push_back(head(Kind::kEmpty));
  } else if (const Scaled scaled = scale(std::span(dense).first(count)); scaled.exponent >= 0) {
    encode_scaled(scaled, count, out);
  } else {
    encode_real(std::span(dense).first(count), out);
  }
  if (count == values.size()) return;
  const std::array<uint8_t, 4> mask = {
      static_cast<uint8_t>(present), static_cast<uint8_t>(present >> 8),
      static_cast<uint8_t>(stale), static_cast<uint8_t>(stale >> 8)};
  out[at] |= kMasked;
  out.insert(out.begin() + static_cast<ptrdiff_t>(at) + 1, mask.begin(), mask.end());
}

void decode_row(std::span<const uint8_t> row, size_t count, double* out, size_t stride) {
  if (row.empty()) {
    for (size_t i = 0; i < count; ++i) out[i * stride] = base::absent_marker();
    return;
  }
  Reader in(row);
  std::array<double, kRowValuesMax> dense{};
  const uint8_t row_head = in.byte();
  if ((row_head & kMasked) == 0) {
    decode_body(in, row_head, std::span(dense).first(count));
    for (size_t i = 0; i < count; ++i) out[i * stride] = dense[i];
    return;
  }
  const unsigned present = in.half();
  const unsigned stale = in.half();
  decode_body(in, row_head, std::span(dense).first(static_cast<size_t>(std::popcount(present))));
  for (size_t i = 0, next = 0; i < count; ++i) {
    if ((present >> i & 1) != 0) {
      out[i * stride] = dense[next++];
    } else {
      out[i * stride] = (stale >> i & 1) != 0 ? base::stale_marker() : base::absent_marker();
    }
  }
}

}  // namespace tocsin::tsdb
