#include "engine/tsdb/codec.h"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <random>

#include "engine/base/sample.h"

namespace tocsin::tsdb {
namespace {

std::vector<uint64_t> bits_of(std::span<const double> values) {
  std::vector<uint64_t> bits;
  for (const double& v : values) bits.push_back(std::bit_cast<uint64_t>(v));
  return bits;
}

std::vector<uint8_t> encoded(const std::vector<double>& values) {
  std::vector<uint8_t> bytes;
  encode_row(values, bytes);
  return bytes;
}

// Through the codec and back, with a stride and something else behind the row.
std::vector<uint64_t> round_trip(const std::vector<double>& values) {
  std::vector<uint8_t> bytes = encoded(values);
  const size_t size = bytes.size();
  bytes.resize(size + kCodecPadding, 0xee);
  constexpr size_t kStride = 3;
  std::vector<double> out(values.size() * kStride);
  decode_row(std::span(bytes).first(size), values.size(), out.data(), kStride);
  std::vector<double> dense;
  for (size_t i = 0; i < values.size(); ++i) dense.push_back(out[i * kStride]);
  return bits_of(dense);
}

TEST(Codec, KeepsEveryBitOfSpecialValues) {
  using Limits = std::numeric_limits<double>;
  const std::vector<double> special = {0.0,
                                       -0.0,
                                       Limits::infinity(),
                                       -Limits::infinity(),
                                       Limits::denorm_min(),
                                       Limits::max(),
                                       Limits::lowest(),
                                       Limits::min(),
                                       0.1,
                                       -1e15,
                                       9007199254740993.0,
                                       1e-9,
                                       std::bit_cast<double>(base::kNormalNanBits),
                                       std::bit_cast<double>(uint64_t{0xfff8000000000123}),
                                       base::stale_marker(),
                                       base::absent_marker()};
  EXPECT_EQ(round_trip(special), bits_of(special));
  for (const double& a : special) {
    EXPECT_EQ(round_trip({a}), bits_of(std::vector{a}));
    for (const double& b : special) {
      const std::vector<double> row = {a, b, b, a, b};
      EXPECT_EQ(round_trip(row), bits_of(row));
    }
  }
}

TEST(Codec, KeepsRandomRowsOfEveryKindAndLength) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<double> row(1 + random() % kRowValuesMax);
    const auto kind = random() % 6;
    const unsigned shift = random() % 64;
    double counter = static_cast<double>(random() % 1'000'000'000);
    for (double& v : row) {
      const uint64_t r = random();
      counter += static_cast<double>(r % 1000);
      if (kind == 0) v = std::bit_cast<double>(r);
      if (kind == 1) v = counter;
      if (kind == 2) v = static_cast<double>(static_cast<int64_t>(r) >> shift);
      if (kind == 3) v = static_cast<double>(r % 100'000) / 1000;
      if (kind == 4) v = 1.5 + static_cast<double>(r >> 11) * 0x1p-53;
      if (kind == 5) v = -7;
      if (r % 13 == 0) v = base::absent_marker();
      if (r % 17 == 0) v = base::stale_marker();
    }
    ASSERT_EQ(round_trip(row), bits_of(row)) << "round " << round;
    ASSERT_LE(encoded(row).size(), 133u);
  }
}

TEST(Codec, RowsThatHardlyChangeAreSmall) {
  std::vector<double> counter;
  std::vector<double> gauge;
  for (int i = 0; i < 16; ++i) {
    counter.push_back(123'456 + 15 * i + i % 3);
    gauge.push_back((4150 + (i * 7) % 11) / 100.0);
  }
  EXPECT_EQ(encoded(std::vector<double>(16, base::absent_marker())).size(), 0u);
  EXPECT_EQ(encoded(std::vector<double>(16, 0.0)).size(), 2u);
  EXPECT_EQ(encoded(std::vector<double>(16, 1e300)).size(), 9u);
  EXPECT_LE(encoded(counter).size(), 12u);
  EXPECT_LE(encoded(gauge).size(), 12u);
}

}  // namespace
}  // namespace tocsin::tsdb
