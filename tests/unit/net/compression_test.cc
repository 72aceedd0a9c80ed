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

TEST(Compression, GzipHeadersMaySayMore) {
  const std::string packed = *gzip("text");
  const auto with_flags = [&](uint8_t flags, const std::string& fields) {
    std::string out = packed;
    out[3] = static_cast<char>(flags);
    out.insert(10, fields);
    return out;
  };
  const std::string name("a name\0", 7);
  const std::string extra(
      "\x03\x00"
      "abc",
      5);
  for (const std::string& data : {with_flags(4, extra), with_flags(8, name), with_flags(16, name),
                                  with_flags(1, ""), with_flags(4 | 8 | 16, extra + name + name)}) {
    const auto plain = decompress("gzip", data, 100);
    ASSERT_TRUE(plain.ok());
    EXPECT_EQ(*plain, "text");
    for (size_t i = 0; i < data.size(); ++i) {
      EXPECT_FALSE(decompress("gzip", data.substr(0, i), 100).ok()) << i;
    }
  }
  EXPECT_FALSE(decompress("gzip", with_flags(0x20, ""), 100).ok());
}

TEST(Compression, GzipTrailersAreChecked) {
  const std::string packed = *gzip("text");
  for (size_t i = packed.size() - 8; i < packed.size(); ++i) {
    std::string wrong = packed;
    wrong[i] = static_cast<char>(wrong[i] ^ 1);
    EXPECT_FALSE(decompress("gzip", wrong, 100).ok()) << i;
  }
  EXPECT_FALSE(decompress("gzip", packed + "x", 100).ok());
}

TEST(Compression, BodiesMayUnfoldToFarMoreThanTheyTell) {
  // Of two members only the size of the last is told.
  const std::string large(40'000'000, 'y');
  const auto plain = decompress("gzip", *gzip(large) + *gzip("z"), large.size() + 1);
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->size(), large.size() + 1);
  EXPECT_EQ(decompress("gzip", *gzip(large) + *gzip("z"), large.size()).error().code,
            base::Code::kLimit);
}

TEST(Compression, DeflateComesWithAndWithoutItsWrapper) {
  const std::string wrapped("\x78\x9c\xcb\x48\xcd\xc9\xc9\x07\x00\x06\x2c\x02\x15", 13);
  const std::string bare = wrapped.substr(2, wrapped.size() - 6);
  EXPECT_EQ(*decompress("deflate", wrapped, 100), "hello");
  EXPECT_EQ(*decompress("deflate", bare, 100), "hello");
  EXPECT_FALSE(decompress("deflate", wrapped + "x", 100).ok());
  EXPECT_FALSE(decompress("deflate", "", 100).ok());
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

TEST(Compression, BodiesMayFillTheRoomToTheLastByte) {
  for (const size_t size : {size_t{32} << 10, size_t{64} << 10, size_t{128} << 10}) {
    const std::string text(size, 'x');
    std::string packed(ZSTD_compressBound(size), '\0');
    packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), size, 1));
    for (const std::string& data : {packed, packed + packed}) {
      const auto plain = decompress("zstd", data, 2 * size);
      ASSERT_TRUE(plain.ok()) << size;
      EXPECT_EQ(plain->size() % size, 0u);
    }
    EXPECT_FALSE(decompress("zstd", packed.substr(0, packed.size() - 1), 2 * size).ok()) << size;
    EXPECT_EQ(decompress("gzip", *gzip(text), size)->size(), size);
  }
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
