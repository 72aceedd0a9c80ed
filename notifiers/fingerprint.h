// Identities that outside tools see: fingerprints of label sets and hashes of group keys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/labels.h"

namespace tocsin::notifiers {

/// FNV-1a over name, 0xFF, value, 0xFF of each label in name order. {} → cbf29ce484222325.
/// Source: prometheus/common model/signature.go.
uint64_t fingerprint(const base::Labels& labels);

/// 16 lower-case hex digits, as the API and payloads show fingerprints.
std::string fingerprint_text(uint64_t fingerprint);

/// Lower-case hex SHA-256: the incident or dedup key made from a group key.
/// Source: prometheus/alertmanager notify/util.go Key.Hash.
std::string sha256_hex(std::string_view text);

/// Labels as upstream prints a LabelSet: {a="x", b="y"} with Go-quoted values.
/// Source: prometheus/common model/labelset_string.go.
std::string label_set_text(const base::Labels& labels);

}  // namespace tocsin::notifiers
