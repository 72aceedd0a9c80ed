// How one row of a frozen block is written down: up to 16 doubles, bit for bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tocsin::tsdb {

inline constexpr size_t kRowValuesMax = 16;
/// Bytes that must be readable behind the last row, so that bits are read a word at a time.
inline constexpr size_t kCodecPadding = 8;

/// Appends `values` (1 to 16 of them) to `out`; at most 133 bytes. A row of absent markers alone
/// takes no byte. Lossless for every bit pattern, absent and stale markers included.
///
///   row     = head [present:u16 stale:u16] body     the mask only when head says so
///   head    = kind:3 masked:1 exponent:4
///   body    = raw: 8 bytes a value | constant: 8 bytes | integer: zigzag varint
///           | frame: varint(least) width:8 bits     value = (least + bits) / 10^exponent
///           | delta: varint(first) varint(least step) width:8 bits
///           | xor:   first:8 bytes leading:8 width:8 bits
void encode_row(std::span<const double> values, std::vector<uint8_t>& out);

/// Reads what encode_row wrote: `row` is exactly its bytes, with kCodecPadding readable bytes
/// behind. Value i goes to out[i * stride]; `count` as at encoding.
void decode_row(std::span<const uint8_t> row, size_t count, double* out, size_t stride);

}  // namespace tocsin::tsdb
