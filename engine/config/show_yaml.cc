#include "engine/config/show_yaml.h"

#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

#include <algorithm>
#include <array>

namespace tocsin::config {
namespace {

constexpr std::string_view kHidden = "<secret>";

constexpr std::array<SecretKey, 8> kHttpSecrets{{{"basic_auth", "password"},
                                                 {"authorization", "credentials"},
                                                 {"", "bearer_token"},
                                                 {"", "proxy_connect_header"},
                                                 {"tls_config", "key"},
                                                 {"smtp_tls_config", "key"},
                                                 {"", "client_secret"},
                                                 {"", "secrets"}}};

// Credentials inside an address: http://user:password@host.
std::string without_userinfo(const std::string& text) {
  const size_t scheme = text.find("://");
  if (scheme == std::string::npos) return text;
  const size_t start = scheme + 3;
  const size_t at = text.find('@', start);
  if (at == std::string::npos || at > text.find('/', start)) return text;
  return text.substr(0, start) + std::string(kHidden) + text.substr(at);
}

class Printer {
 public:
  explicit Printer(std::span<const SecretKey> secrets) : secrets_(secrets) {}

  // `enclosing` is the nearest key above, items of a list counting as below the list's key.
  void node(const YamlNode& node, std::string_view enclosing) {
    switch (node.kind) {
      case YamlNode::Kind::kNull:
        out_ << YAML::Null;
        return;
      case YamlNode::Kind::kScalar:
        scalar(node);
        return;
      case YamlNode::Kind::kSequence:
        if (node.items.empty()) out_ << YAML::Flow;
        out_ << YAML::BeginSeq;
        for (const YamlNode& item : node.items) this->node(item, enclosing);
        out_ << YAML::EndSeq;
        return;
      case YamlNode::Kind::kMapping:
        mapping(node, enclosing);
        return;
    }
  }

  std::string text() const { return std::string(out_.c_str()) + "\n"; }

 private:
  void mapping(const YamlNode& node, std::string_view enclosing) {
    if (node.entries.empty()) out_ << YAML::Flow;
    out_ << YAML::BeginMap;
    for (const YamlNode::Entry& entry : node.entries) {
      out_ << YAML::Key;
      scalar(entry.key);
      out_ << YAML::Value;
      if (is_secret(enclosing, entry.key.scalar) && !entry.value.is_null()) {
        out_ << std::string(kHidden);
      } else {
        this->node(entry.value, entry.key.scalar);
      }
    }
    out_ << YAML::EndMap;
  }

  // Quoted where it was: "yes" must not become a boolean on the way.
  void scalar(const YamlNode& node) {
    if (node.quoted) out_ << YAML::DoubleQuoted;
    out_ << without_userinfo(node.scalar);
  }

  bool is_secret(std::string_view enclosing, std::string_view key) const {
    return std::ranges::any_of(secrets_, [&](const SecretKey& secret) {
      return secret.key == key && (secret.enclosing.empty() || secret.enclosing == enclosing);
    });
  }

  std::span<const SecretKey> secrets_;
  YAML::Emitter out_;
};

}  // namespace

std::span<const SecretKey> http_secret_keys() { return kHttpSecrets; }

std::string show_yaml(const YamlNode& root, std::span<const SecretKey> secrets) {
  if (!root.is_mapping()) return {};
  Printer printer(secrets);
  printer.node(root, "");
  return printer.text();
}

}  // namespace tocsin::config
