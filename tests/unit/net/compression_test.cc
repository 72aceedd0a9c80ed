#include "engine/net/compression.h"

#include <gtest/gtest.h>
#include <zstd.h>

namespace tocsin::net {
namespace {

const std::string kText(100'000, 'x');

TEST(Compression, GzipRoundTrips) {
  const auto packed = gzip(kText);
  ASSERT_TRUE(packed.ok());
  EXPECT_LT(packed->size(), 2000u);
  const auto plain = decompress("GZIP", *packed, kText.size());
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(*plain, kText);
}

TEST(Compression, GzipMembersMayFollowEachOther) {
  const auto plain = decompress("gzip", *gzip("ab") + *gzip("cd"), 100);
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(*plain, "abcd");
}

TEST(Compression, StopsAtTheLimit) {
  const auto plain = decompress("gzip", *gzip(kText), kText.size() - 1);
  ASSERT_FALSE(plain.ok());
  EXPECT_EQ(plain.error().code, base::Code::kLimit);
}

TEST(Compression, RefusesDamagedAndCutData) {
  std::string packed = *gzip(kText);
  EXPECT_EQ(decompress("gzip", packed.substr(0, packed.size() - 3), 1 << 20).error().code,
            base::Code::kInvalid);
  packed[20] = static_cast<char>(packed[20] ^ 0x55);
  EXPECT_FALSE(decompress("gzip", packed, 1 << 20).ok());
  EXPECT_FALSE(decompress("gzip", "", 1 << 20).ok());
  EXPECT_FALSE(decompress("zstd", "abc", 1 << 20).ok());
  EXPECT_FALSE(decompress("br", "abc", 1 << 20).ok());
}

TEST(Compression, ReadsZstdWithinTheLimit) {
  std::string packed(ZSTD_compressBound(kText.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), kText.data(), kText.size(), 1));
  const auto plain = decompress("zstd", packed, kText.size());
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(*plain, kText);
  EXPECT_EQ(decompress("zstd", packed, 10).error().code, base::Code::kLimit);
  EXPECT_FALSE(decompress("zstd", packed.substr(0, packed.size() - 1), 1 << 20).ok());
}

TEST(Compression, AcceptEncodingIsUnderstood) {
  EXPECT_TRUE(accepts_gzip("deflate, gzip;q=1.0"));
  EXPECT_TRUE(accepts_gzip("*"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0"));
  EXPECT_FALSE(accepts_gzip("gzip; q=0.000"));
  EXPECT_FALSE(accepts_gzip("br"));
  EXPECT_FALSE(accepts_gzip(""));
}

}  // namespace
}  // namespace tocsin::net
