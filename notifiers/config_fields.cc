#include "notifiers/config_fields.h"

#include <charconv>

#include "engine/base/labels.h"
#include "engine/net/http_config.h"
#include "notifiers/go_duration.h"
#include "notifiers/utf8.h"

namespace tocsin::notifiers {

namespace {

using base::Status;
using config::YamlNode;

constexpr uint64_t kSecretFileBytesMax = 1u << 20;
constexpr std::string_view kShownSecret = "<secret>";

/// Reads `key` with `read`, which sees the node's text; nulls are skipped.
template <class Read>
void read_scalar(Fields& fields, std::string_view key, Read read) {
  fields.node(key, [key, &read](const YamlNode& node) -> Status {
    if (node.is_null()) return {};
    base::Result<std::string> text = config::yaml_string(node);
    Status status = text ? read(*std::move(text), node) : Status(std::move(text).error());
    if (status.ok()) return {};
    base::Error error = std::move(status).error();
    return invalid_at(node.where, std::string(key) + ": " + error.message);
  });
}

base::Error invalid(std::string message) { return {base::Code::kInvalid, std::move(message)}; }

/// A number, or one of the names that mail servers' ports have.
base::Result<uint16_t> parse_port(std::string_view text) {
  for (const auto& [name, number] : {std::pair{"smtp", 25}, {"submission", 587}, {"smtps", 465}}) {
    if (text == name) return static_cast<uint16_t>(number);
  }
  uint16_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc{} || end != text.data() + text.size() || number == 0) {
    return invalid("invalid port " + base::go_quote(text));
  }
  return number;
}

/// Go's net.SplitHostPort, with its texts.
base::Result<HostPort> split_host_port(std::string_view text) {
  const std::string address = "address " + std::string(text) + ": ";
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return invalid(address + "missing port in address");
  HostPort split;
  split.port = text.substr(colon + 1);
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return invalid(address + "missing ']' in address");
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return invalid(address + "too many colons in address");
  }
  split.host = host;
  if (split.port.empty()) {
    return invalid("address " + base::go_quote(text) + ": port cannot be empty");
  }
  ASSIGN_OR_RETURN(split.port_number, parse_port(split.port));
  return split;
}

}  // namespace

base::Result<std::string> read_secret_file(const SecretFile& file) {
  auto content = config::read_file(file.path, kSecretFileBytesMax);
  if (!content && !file.path.starts_with('/')) {
    content =
        config::read_file(config::resolve_path(file.config_file, file.path), kSecretFileBytesMax);
  }
  if (!content) return std::move(content).error();
  return std::string(trim_space(*content));
}

std::string HostPort::to_string() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? '[' + host + ']' : host) + ':' + port;
}

void read_text(Fields& fields, std::string_view key, std::string& out) {
  read_scalar(fields, key, [&](std::string text, const YamlNode&) -> Status {
    out = std::move(text);
    return {};
  });
}

void read_template(Fields& fields, std::string_view key, TemplateText& out) {
  read_scalar(fields, key, [&](std::string text, const YamlNode& node) -> Status {
    out = {std::move(text), node.where};
    return {};
  });
}

void read_secret(Fields& fields, std::string_view key, config::Secret& out) {
  read_scalar(fields, key, [&](std::string text, const YamlNode&) -> Status {
    out = config::Secret(std::move(text));
    return {};
  });
}

void read_secret_template(Fields& fields, std::string_view key, SecretTemplate& out) {
  read_scalar(fields, key, [&](std::string text, const YamlNode& node) -> Status {
    out = {config::Secret(std::move(text)), node.where};
    return {};
  });
}

void read_secret_file_name(Fields& fields, std::string_view key, SecretFile& out) {
  read_scalar(fields, key, [&](std::string text, const YamlNode& node) -> Status {
    out = {std::move(text), node.where.file};
    return {};
  });
}

void read_flag(Fields& fields, std::string_view key, bool& out) {
  std::optional<bool> flag;
  read_flag(fields, key, flag);
  if (flag) out = *flag;
}

void read_flag(Fields& fields, std::string_view key, std::optional<bool>& out) {
  fields.node(key, [&](const YamlNode& node) -> Status {
    if (node.is_null()) return {};
    auto flag = config::yaml_bool(node);
    if (!flag) return invalid_at(node.where, std::string(key) + ": " + flag.error().message);
    out = *flag;
    return {};
  });
}

void read_go_duration(Fields& fields, std::string_view key, base::DurationMs& out) {
  read_scalar(fields, key, [&](const std::string& text, const YamlNode&) -> Status {
    ASSIGN_OR_RETURN(out, parse_go_duration(text));
    return {};
  });
}

void read_url(Fields& fields, std::string_view key, std::string& out) {
  read_scalar(fields, key, [&](std::string text, const YamlNode&) -> Status {
    RETURN_IF_ERROR(check_url(text));
    out = std::move(text);
    return {};
  });
}

void read_secret_url(Fields& fields, std::string_view key, config::Secret& out) {
  read_scalar(fields, key, [&](std::string text, const YamlNode&) -> Status {
    if (text != kShownSecret) RETURN_IF_ERROR(check_secret_url(text));
    out = config::Secret(std::move(text));
    return {};
  });
}

void read_host_port(Fields& fields, std::string_view key, HostPort& out) {
  read_scalar(fields, key, [&](const std::string& text, const YamlNode&) -> Status {
    if (text.empty()) return {};
    ASSIGN_OR_RETURN(out, split_host_port(text));
    return {};
  });
}

void read_http(Fields& fields, net::HttpClientConfig& out) {
  fields.node("http_config", [&](const YamlNode& node) -> Status {
    if (node.is_null()) return {};
    ASSIGN_OR_RETURN(out, net::parse_http_config(node));
    return {};
  });
}

void read_tls(Fields& fields, std::string_view key, net::TlsConfig& out) {
  fields.node(key, [&](const YamlNode& node) -> Status {
    if (node.is_null()) return {};
    ASSIGN_OR_RETURN(out, net::parse_tls_config(node));
    return {};
  });
}

base::Status check_secret_url(std::string_view url) {
  const bool is_web = url.starts_with("http://") || url.starts_with("https://");
  // What stands before the colon may be the secret, put into the wrong key.
  return is_web ? check_url(url) : invalid("the URL must start with http:// or https://");
}

base::Status check_url(std::string_view url) {
  const size_t colon = url.find(':');
  const std::string_view scheme =
      colon == std::string_view::npos ? std::string_view{} : url.substr(0, colon);
  if (scheme != "http" && scheme != "https") {
    return invalid("unsupported scheme " + base::go_quote(scheme) + " for URL");
  }
  if (url.find_first_of(" \t\r\n") != std::string_view::npos) {
    return invalid("a URL cannot contain white space");
  }
  std::string_view rest = url.substr(colon + 1);
  if (!rest.starts_with("//")) return invalid("missing host for URL");
  rest.remove_prefix(2);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const size_t credentials = authority.rfind('@');
  const std::string_view host =
      credentials == std::string_view::npos ? authority : authority.substr(credentials + 1);
  if (host.empty() || host.starts_with(':')) return invalid("missing host for URL");
  return {};
}

}  // namespace tocsin::notifiers
