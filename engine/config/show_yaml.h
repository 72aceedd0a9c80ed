// A document as YAML again, without its secrets.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "engine/config/yaml.h"

namespace tocsin::config {

/// A key whose value is a secret, where it stands below `enclosing` (directly, or in an item of the
/// list of that name); empty: anywhere.
struct SecretKey {
  std::string_view enclosing;
  std::string_view key;
};

/// Keys of an http_config, or of TLS alone, that are secrets, wherever one stands.
std::span<const SecretKey> http_secret_keys();

/// Block style, keys in their order; scalars as written or in double quotes. Values of secret keys
/// and credentials inside URLs print as <secret>. Empty for what is no mapping.
std::string show_yaml(const YamlNode& root, std::span<const SecretKey> secrets);

}  // namespace tocsin::config
