#include "notifiers/fingerprint.h"

#include <openssl/sha.h>

#include <array>

namespace tocsin::notifiers {

namespace {

constexpr uint64_t kFnvOffset = 14695981039346656037ull;
constexpr uint64_t kFnvPrime = 1099511628211ull;
constexpr std::string_view kHex = "0123456789abcdef";

uint64_t fnv_add(uint64_t hash, std::string_view text) {
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * kFnvPrime;
  }
  return (hash ^ 0xFF) * kFnvPrime;
}

}  // namespace

uint64_t fingerprint(const base::Labels& labels) {
  uint64_t hash = kFnvOffset;
  for (size_t i = 0; i < labels.size(); ++i) {
    const base::LabelView label = labels[i];
    hash = fnv_add(fnv_add(hash, label.name), label.value);
  }
  return hash;
}

std::string fingerprint_text(uint64_t fingerprint) {
  std::string text(16, '0');
  for (size_t i = 0; i < 16; ++i) text[15 - i] = kHex[(fingerprint >> (4 * i)) & 0xF];
  return text;
}

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  std::string hex;
  hex.reserve(2 * digest.size());
  for (const unsigned char byte : digest) {
    hex += kHex[byte >> 4];
    hex += kHex[byte & 0xF];
  }
  return hex;
}

std::string label_set_text(const base::Labels& labels) {
  std::string text = "{";
  for (size_t i = 0; i < labels.size(); ++i) {
    if (i != 0) text += ", ";
    text += labels[i].name;
    text += '=';
    text += base::go_quote(labels[i].value);
  }
  return text + '}';
}

}  // namespace tocsin::notifiers
