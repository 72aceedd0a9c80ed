#include "engine/config/show_yaml.h"

#include <algorithm>
#include <array>

#include "engine/base/labels.h"

namespace tocsin::config {
namespace {

constexpr std::array<SecretKey, 7> kHttpSecrets{{{"basic_auth", "password"},
                                                 {"authorization", "credentials"},
                                                 {"", "bearer_token"},
                                                 {"", "proxy_connect_header"},
                                                 {"tls_config", "key"},
                                                 {"", "client_secret"},
                                                 {"", "secrets"}}};

// Credentials inside an address: http://user:password@host.
std::string without_userinfo(const std::string& text) {
  const size_t scheme = text.find("://");
  if (scheme == std::string::npos) return text;
  const size_t start = scheme + 3;
  const size_t at = text.find('@', start);
  if (at == std::string::npos || at > text.find('/', start)) return text;
  return text.substr(0, start) + "<secret>" + text.substr(at);
}

class Printer {
 public:
  explicit Printer(std::span<const SecretKey> secrets) : secrets_(secrets) {}

  void mapping(const YamlNode& node, std::string_view enclosing, size_t indent) {
    for (const YamlNode::Entry& entry : node.entries) {
      start_line(indent);
      scalar(entry.key);
      out_ += ':';
      const bool hidden = is_secret(enclosing, entry.key.scalar) && !entry.value.is_null();
      if (hidden) {
        out_ += " <secret>\n";
      } else {
        value(entry.value, entry.key.scalar, enclosing, indent);
      }
    }
  }
  std::string take() { return std::move(out_); }

 private:
  bool is_secret(std::string_view enclosing, std::string_view key) const {
    return std::ranges::any_of(secrets_, [&](const SecretKey& secret) {
      return secret.key == key && (secret.enclosing.empty() || secret.enclosing == enclosing);
    });
  }

  void start_line(size_t indent) {
    if (!at_item_) out_.append(indent, ' ');
    at_item_ = false;
  }

  void value(const YamlNode& node, std::string_view key, std::string_view enclosing,
             size_t indent) {
    switch (node.kind) {
      case YamlNode::Kind::kNull:
        out_ += " null\n";
        return;
      case YamlNode::Kind::kScalar:
        out_ += ' ';
        scalar(node);
        out_ += '\n';
        return;
      case YamlNode::Kind::kSequence:
        if (node.items.empty()) {
          out_ += " []\n";
        } else {
          out_ += '\n';
          sequence(node, key, indent);
        }
        return;
      case YamlNode::Kind::kMapping:
        if (node.entries.empty()) {
          out_ += " {}\n";
        } else {
          out_ += '\n';
          mapping(node, key.empty() ? enclosing : key, indent + 2);
        }
        return;
    }
  }

  void sequence(const YamlNode& node, std::string_view key, size_t indent) {
    for (const YamlNode& item : node.items) {
      start_line(indent);
      out_ += '-';
      if (item.is_mapping() && !item.entries.empty()) {
        out_ += ' ';
        at_item_ = true;
        mapping(item, key, indent + 2);
      } else {
        value(item, "", key, indent + 2);
      }
    }
  }

  // Plain as it was written, where that is safe; else in double quotes, whose escapes YAML and Go
  // share.
  void scalar(const YamlNode& node) {
    const std::string text = without_userinfo(node.scalar);
    const bool plain = !node.quoted && !text.empty() && text.find('\n') == std::string::npos;
    out_ += plain ? text : base::go_quote(text);
  }

  std::span<const SecretKey> secrets_;
  std::string out_;
  bool at_item_ = false;  //< Directly behind "- ".
};

}  // namespace

std::span<const SecretKey> http_secret_keys() { return kHttpSecrets; }

std::string show_yaml(const YamlNode& root, std::span<const SecretKey> secrets) {
  Printer printer(secrets);
  if (root.is_mapping()) printer.mapping(root, "", 0);
  return printer.take();
}

}  // namespace tocsin::config
