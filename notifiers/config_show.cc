// Prints the configuration as YAML again, without its secrets.
#include <algorithm>
#include <array>

#include "notifiers/config.h"

namespace tocsin::notifiers {

namespace {

using config::YamlNode;
using Key = std::pair<std::string_view, std::string_view>;  ///< Enclosing key ("" any), and key.

constexpr std::array<Key, 18> kSecrets{{{"global", "smtp_auth_password"},
                                        {"global", "smtp_auth_secret"},
                                        {"global", "slack_api_url"},
                                        {"global", "slack_app_token"},
                                        {"webhook_configs", "url"},
                                        {"slack_configs", "api_url"},
                                        {"slack_configs", "app_token"},
                                        {"pagerduty_configs", "service_key"},
                                        {"pagerduty_configs", "routing_key"},
                                        {"email_configs", "auth_password"},
                                        {"email_configs", "auth_secret"},
                                        {"basic_auth", "password"},
                                        {"authorization", "credentials"},
                                        {"http_config", "bearer_token"},
                                        {"http_config", "proxy_connect_header"},
                                        {"tls_config", "key"},
                                        {"smtp_tls_config", "key"},
                                        {"", "secrets"}}};

bool is_secret(std::string_view enclosing, std::string_view key) {
  return std::any_of(kSecrets.begin(), kSecrets.end(), [&](const Key& secret) {
    return secret.second == key && (secret.first.empty() || secret.first == enclosing);
  });
}

/// Credentials inside an address: http://user:password@host.
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

  /// Plain as it was written, where that is safe; else in double quotes, whose escapes YAML and Go
  /// share.
  void scalar(const YamlNode& node) {
    const std::string text = without_userinfo(node.scalar);
    const bool plain = !node.quoted && !text.empty() && text.find('\n') == std::string::npos;
    out_ += plain ? text : base::go_quote(text);
  }

  std::string out_;
  bool at_item_ = false;  ///< Directly behind "- ".
};

}  // namespace

std::string show_config(const YamlNode& root) {
  Printer printer;
  if (root.is_mapping()) printer.mapping(root, "", 0);
  return printer.take();
}

}  // namespace tocsin::notifiers
