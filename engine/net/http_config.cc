#include "engine/net/http_config.h"

#include <algorithm>
#include <array>

#include "engine/base/labels.h"

namespace tocsin::net {
namespace {

using base::Code;
using base::Error;
using base::Result;
using base::Status;
using config::Secret;
using config::YamlFields;
using config::YamlNode;

constexpr std::array<std::string_view, 6> kNoSecretStore{
    "username_ref", "password_ref", "credentials_ref", "ca_ref", "cert_ref", "key_ref"};
constexpr std::string_view kNoSecretStoreWhy = "there is no secret manager; use the _file key";

Status invalid(std::string message, const YamlNode& node) {
  return {Code::kInvalid, std::move(message), node.where};
}

void read_secret(YamlFields& fields, std::string_view key, Secret& out) {
  fields.node(key, [&out](const YamlNode& node) -> Status {
    ASSIGN_OR_RETURN(std::string text, config::yaml_string(node));
    out = Secret(std::move(text));
    return {};
  });
}

void read_path(YamlFields& fields, std::string_view key, std::string& out) {
  fields.node(key, [&out](const YamlNode& node) -> Status {
    ASSIGN_OR_RETURN(const std::string path, config::yaml_string(node));
    out = config::resolve_path(node.where.file, path);
    return {};
  });
}

Status read_basic_auth(const YamlNode& node, HttpClientConfig& out) {
  if (node.is_null()) return {};
  HttpClientConfig::BasicAuth auth;
  YamlFields fields(node, "basic_auth");
  fields.string("username", auth.username);
  read_path(fields, "username_file", auth.username_file);
  read_secret(fields, "password", auth.password);
  read_path(fields, "password_file", auth.password_file);
  fields.unsupported(std::span(kNoSecretStore).first(2), kNoSecretStoreWhy);
  RETURN_IF_ERROR(fields.finish());
  if (!auth.username.empty() && !auth.username_file.empty()) {
    return invalid(
        "at most one of basic_auth username, username_file & username_ref must be configured",
        node);
  }
  if (!auth.password.empty() && !auth.password_file.empty()) {
    return invalid(
        "at most one of basic_auth password, password_file & password_ref must be configured",
        node);
  }
  out.basic_auth = std::move(auth);
  return {};
}

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return "";
  return std::string(text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1));
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return text;
}

Status read_authorization(const YamlNode& node, HttpClientConfig& out) {
  if (node.is_null()) return {};
  HttpClientConfig::Authorization auth;
  YamlFields fields(node, "authorization");
  fields.string("type", auth.type);
  read_secret(fields, "credentials", auth.credentials);
  read_path(fields, "credentials_file", auth.credentials_file);
  fields.unsupported(std::span(kNoSecretStore).subspan(2, 1), kNoSecretStoreWhy);
  RETURN_IF_ERROR(fields.finish());
  if (!auth.credentials.empty() && !auth.credentials_file.empty()) {
    return invalid("at most one of authorization credentials & credentials_file must be configured",
                   node);
  }
  auth.type = trimmed(auth.type);
  if (auth.type.empty()) auth.type = "Bearer";
  if (lower(auth.type) == "basic") {
    return invalid(R"(authorization type cannot be set to "basic", use "basic_auth" instead)",
                   node);
  }
  out.authorization = std::move(auth);
  return {};
}

/// bearer_token and bearer_token_file are the old way to write authorization.
Status fold_bearer(const YamlNode& node, Secret token, std::string token_file,
                   HttpClientConfig& out) {
  const bool bearer = !token.empty() || !token_file.empty();
  if (!token.empty() && !token_file.empty()) {
    return invalid("at most one of bearer_token & bearer_token_file must be configured", node);
  }
  if (out.basic_auth && bearer) {
    return invalid(
        "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured",
        node);
  }
  if (out.authorization && bearer) {
    return invalid("authorization is not compatible with bearer_token & bearer_token_file", node);
  }
  if (out.authorization && out.basic_auth) {
    return invalid("at most one of basic_auth, oauth2 & authorization must be configured", node);
  }
  if (bearer) {
    out.authorization = {.type = "Bearer",
                         .credentials = std::move(token),
                         .credentials_file = std::move(token_file)};
  }
  return {};
}

constexpr std::array<std::string_view, 19> kReservedHeaders{"authorization",
                                                            "host",
                                                            "content-encoding",
                                                            "content-length",
                                                            "content-type",
                                                            "user-agent",
                                                            "connection",
                                                            "keep-alive",
                                                            "proxy-authenticate",
                                                            "proxy-authorization",
                                                            "www-authenticate",
                                                            "accept-encoding",
                                                            "x-prometheus-remote-write-version",
                                                            "x-prometheus-remote-read-version",
                                                            "x-prometheus-scrape-timeout-seconds",
                                                            "x-amz-date",
                                                            "x-amz-security-token",
                                                            "x-amz-content-sha256",
                                                            "transfer-encoding"};

/// One header: {values, secrets, files}.
Status read_header(const YamlNode::Entry& entry, HttpClientConfig& out) {
  const std::string& name = entry.key.scalar;
  const std::string low = lower(name);
  if (std::find(kReservedHeaders.begin(), kReservedHeaders.end(), low) != kReservedHeaders.end()) {
    return invalid("setting header " + base::go_quote(name) + " is not allowed", entry.key);
  }
  std::vector<std::string> values, secrets;
  YamlFields fields(entry.value, "http_headers \"" + name + "\"");
  fields.strings("values", values);
  fields.strings("secrets", secrets);
  constexpr std::array<std::string_view, 1> kFiles{"files"};
  fields.unsupported(kFiles, "write the value under values or secrets");
  RETURN_IF_ERROR(fields.finish());
  values.insert(values.end(), secrets.begin(), secrets.end());
  if (values.size() > 1) {
    return {Code::kUnsupported,
            "http_headers " + base::go_quote(name) + ": more than one value is not supported",
            entry.value.where};
  }
  const auto is_broken = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
  if (!values.empty() && std::any_of(values[0].begin(), values[0].end(), is_broken)) {
    return invalid("http_headers " + base::go_quote(name) + ": a header value is one line",
                   entry.value);
  }
  if (!values.empty()) out.headers.insert_or_assign(name, Secret(std::move(values[0])));
  return {};
}

Status read_headers(const YamlNode& node, HttpClientConfig& out) {
  if (node.is_null()) return {};
  if (!node.is_mapping()) {
    return invalid("http_headers must be a mapping, not " + std::string(node.kind_name()), node);
  }
  for (const YamlNode::Entry& entry : node.entries) RETURN_IF_ERROR(read_header(entry, out));
  return {};
}

Status read_tls_version(const YamlNode& node, std::string& out) {
  ASSIGN_OR_RETURN(out, config::yaml_string(node));
  for (const std::string_view known : {"", "TLS10", "TLS11", "TLS12", "TLS13"}) {
    if (out == known) return {};
  }
  return invalid("unknown TLS version: " + out + " (known: TLS10, TLS11, TLS12, TLS13)", node);
}

Status check_tls(const TlsConfig& tls, const YamlNode& node) {
  if (!tls.ca.empty() && !tls.ca_file.empty()) {
    return invalid("at most one of ca, ca_file & ca_ref must be configured", node);
  }
  if (!tls.cert.empty() && !tls.cert_file.empty()) {
    return invalid("at most one of cert, cert_file & cert_ref must be configured", node);
  }
  if (!tls.key.empty() && !tls.key_file.empty()) {
    return invalid("at most one of key, key_file & key_ref must be configured", node);
  }
  const bool has_cert = !tls.cert.empty() || !tls.cert_file.empty();
  const bool has_key = !tls.key.empty() || !tls.key_file.empty();
  if (has_cert && !has_key) {
    return invalid(
        "exactly one of key or key_file must be configured when a client certificate is "
        "configured",
        node);
  }
  if (has_key && !has_cert) {
    return invalid(
        "exactly one of cert or cert_file must be configured when a client key is configured",
        node);
  }
  return {};
}

Status read_proxy_url(const YamlNode& node, std::string& out) {
  ASSIGN_OR_RETURN(out, config::yaml_string(node));
  if (out.empty() || out.starts_with("http://") || out.starts_with("https://")) return {};
  return {Code::kUnsupported, "proxy_url must start with http:// or https://", node.where};
}

}  // namespace

Result<TlsConfig> parse_tls_config(const YamlNode& node) {
  TlsConfig tls;
  YamlFields fields(node, "tls_config");
  fields.string("ca", tls.ca);
  fields.string("cert", tls.cert);
  read_secret(fields, "key", tls.key);
  read_path(fields, "ca_file", tls.ca_file);
  read_path(fields, "cert_file", tls.cert_file);
  read_path(fields, "key_file", tls.key_file);
  fields.string("server_name", tls.server_name);
  fields.boolean("insecure_skip_verify", tls.insecure_skip_verify);
  fields.node("min_version",
              [&](const YamlNode& n) { return read_tls_version(n, tls.min_version); });
  fields.node("max_version",
              [&](const YamlNode& n) { return read_tls_version(n, tls.max_version); });
  fields.unsupported(std::span(kNoSecretStore).last(3), kNoSecretStoreWhy);
  RETURN_IF_ERROR(fields.finish());
  RETURN_IF_ERROR(check_tls(tls, node));
  return tls;
}

Status read_http_config(YamlFields& fields, const YamlNode& node, HttpClientConfig& out) {
  Secret token;
  std::string token_file;
  constexpr std::array<std::string_view, 4> kOtherAuth{"oauth2", "sigv4", "azuread", "google_iam"};
  constexpr std::array<std::string_view, 3> kProxy{"no_proxy", "proxy_from_environment",
                                                   "proxy_connect_header"};
  fields.node("basic_auth", [&](const YamlNode& n) { return read_basic_auth(n, out); });
  fields.node("authorization", [&](const YamlNode& n) { return read_authorization(n, out); });
  read_secret(fields, "bearer_token", token);
  read_path(fields, "bearer_token_file", token_file);
  fields.node("tls_config", [&](const YamlNode& n) -> Status {
    ASSIGN_OR_RETURN(out.tls, parse_tls_config(n));
    return {};
  });
  fields.node("proxy_url", [&](const YamlNode& n) { return read_proxy_url(n, out.proxy_url); });
  fields.boolean("follow_redirects", out.follow_redirects);
  fields.boolean("enable_http2", out.enable_http2);
  fields.node("http_headers", [&](const YamlNode& n) { return read_headers(n, out); });
  fields.unsupported(kOtherAuth, "use basic_auth or authorization");
  fields.unsupported(kProxy, "only proxy_url can be set");
  return fold_bearer(node, std::move(token), std::move(token_file), out);
}

Result<HttpClientConfig> parse_http_config(const YamlNode& node) {
  HttpClientConfig out;
  YamlFields fields(node, "http_config");
  const Status combined = read_http_config(fields, node, out);
  RETURN_IF_ERROR(fields.finish());
  RETURN_IF_ERROR(combined);
  return out;
}

}  // namespace tocsin::net
