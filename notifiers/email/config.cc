#include "notifiers/email/config.h"

#include <algorithm>
#include <map>

#include "engine/base/labels.h"

namespace tocsin::notifiers {

namespace {

using base::Status;
using config::YamlNode;
using HeaderMap = std::map<std::string, TemplateText>;

constexpr std::string_view kImplicitTlsPort = "465";

bool is_header_byte(char c) {
  const bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alnum || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

Status read_headers(const YamlNode& node, HeaderMap& out) {
  if (node.is_null()) return {};
  if (!node.is_mapping()) {
    return invalid_at(node.where,
                      "headers must be a mapping, not " + std::string(node.kind_name()));
  }
  for (const YamlNode::Entry& entry : node.entries) {
    const std::string& raw = entry.key.scalar;
    if (raw.empty() || !std::all_of(raw.begin(), raw.end(), is_header_byte)) {
      return invalid_at(entry.key.where, base::go_quote(raw) + " is not a header name");
    }
    ASSIGN_OR_RETURN(std::string text, config::yaml_string(entry.value));
    const std::string name = canonical_header_name(raw);
    if (!out.try_emplace(name, TemplateText{std::move(text), entry.value.where}).second) {
      return invalid_at(entry.key.where,
                        "duplicate header " + base::go_quote(name) + " in email config");
    }
  }
  return {};
}

/// DIFFERS: an empty thread_by_date means daily, as upstream's manual says; its code refuses it.
Status read_threading(const YamlNode& node, EmailThreading& out) {
  bool enabled = false;
  std::string by_date = "daily";
  Fields fields(node, "threading");
  read_flag(fields, "enabled", enabled);
  read_text(fields, "thread_by_date", by_date);
  RETURN_IF_ERROR(fields.finish());
  if (!enabled) return {};
  if (by_date.empty() || by_date == "daily") {
    out = EmailThreading::kByGroupAndDay;
  } else if (by_date == "none") {
    out = EmailThreading::kByGroup;
  } else {
    return invalid_at(node.where, "threading.thread_by_date must be either 'none' or 'daily'");
  }
  return {};
}

Status check_threading(const EmailConfig& email, const HeaderMap& headers) {
  if (email.threading == EmailThreading::kOff) return {};
  for (const char* name : {"References", "In-Reply-To"}) {
    if (!headers.contains(name)) continue;
    return invalid_at(email.where,
                      "conflicting configuration: threading.enabled conflicts with custom " +
                          std::string(name) + " header");
  }
  return {};
}

void read_auth(Fields& fields, EmailConfig& out) {
  read_text(fields, "auth_username", out.auth_username);
  read_secret(fields, "auth_password", out.auth_password);
  read_secret_file_name(fields, "auth_password_file", out.auth_password_file);
  read_secret(fields, "auth_secret", out.auth_secret);
  read_secret_file_name(fields, "auth_secret_file", out.auth_secret_file);
  read_text(fields, "auth_identity", out.auth_identity);
}

void inherit_auth(const GlobalConfig& global, EmailConfig& out) {
  if (out.auth_username.empty()) out.auth_username = global.smtp_auth_username;
  if (out.auth_identity.empty()) out.auth_identity = global.smtp_auth_identity;
  if (out.auth_password.empty() && out.auth_password_file.empty()) {
    out.auth_password = global.smtp_auth_password;
    out.auth_password_file = global.smtp_auth_password_file;
  }
  if (out.auth_secret.empty() && out.auth_secret_file.empty()) {
    out.auth_secret = global.smtp_auth_secret;
    out.auth_secret_file = global.smtp_auth_secret_file;
  }
}

Status inherit(const GlobalConfig& global, EmailConfig& out) {
  if (out.smarthost.empty()) out.smarthost = global.smtp_smarthost;
  if (out.smarthost.empty()) return invalid_at(out.where, "no global SMTP smarthost set");
  if (out.from.text.empty()) out.from.text = global.smtp_from;
  if (out.from.text.empty()) return invalid_at(out.where, "no global SMTP from set");
  if (out.hello.empty()) out.hello = global.smtp_hello;
  inherit_auth(global, out);
  return {};
}

/// Subject, To and From, unless they are given.
void add_default_headers(HeaderMap headers, EmailConfig& out) {
  headers.try_emplace("Subject", TemplateText{R"({{ template "email.default.subject" . }})"});
  headers.try_emplace("To", out.to);
  headers.try_emplace("From", out.from);
  out.headers.assign(headers.begin(), headers.end());
}

/// What a mail written for another system's keys probably means.
base::Status explain_unknown_keys(const YamlNode& node) {
  if (!node.is_mapping()) return {};
  for (const YamlNode::Entry& entry : node.entries) {
    const std::string& key = entry.key.scalar;
    if (key != "subject" && key != "body") continue;
    const std::string cure =
        key == "subject" ? "write it as headers: {Subject: …}" : "write it as text: (or html:)";
    return invalid_at(entry.key.where, "unknown key \"" + key + "\" in email_configs; " + cure);
  }
  return {};
}

}  // namespace

std::string canonical_header_name(std::string_view name) {
  std::string text(name);
  if (!std::all_of(name.begin(), name.end(), is_header_byte)) return text;
  bool starts_word = true;
  for (char& c : text) {
    const bool is_lower = c >= 'a' && c <= 'z';
    const bool is_upper = c >= 'A' && c <= 'Z';
    if ((starts_word && is_lower) || (!starts_word && is_upper)) c = static_cast<char>(c ^ 0x20);
    starts_word = c == '-';
  }
  return text;
}

base::Result<EmailConfig> parse_email_config(const YamlNode& node, const GlobalConfig& global) {
  if (node.is_null()) return invalid_at(node.where, "missing email config");
  RETURN_IF_ERROR(explain_unknown_keys(node));
  EmailConfig email;
  email.where = node.where;
  email.tls = global.smtp_tls;
  email.require_tls = global.smtp_require_tls;
  std::optional<bool> implicit_tls = global.smtp_force_implicit_tls;
  HeaderMap headers;
  Fields fields(node, "email_configs");
  read_flag(fields, "send_resolved", email.send_resolved);
  read_template(fields, "to", email.to);
  read_template(fields, "from", email.from);
  read_text(fields, "hello", email.hello);
  read_host_port(fields, "smarthost", email.smarthost);
  read_auth(fields, email);
  fields.node("headers", [&](const YamlNode& n) { return read_headers(n, headers); });
  read_template(fields, "html", email.html);
  read_template(fields, "text", email.text);
  read_flag(fields, "require_tls", email.require_tls);
  read_tls(fields, "tls_config", email.tls);
  read_flag(fields, "force_implicit_tls", implicit_tls);
  fields.node("threading", [&](const YamlNode& n) { return read_threading(n, email.threading); });
  RETURN_IF_ERROR(fields.finish());
  if (email.to.text.empty()) return invalid_at(node.where, "missing to address in email config");
  RETURN_IF_ERROR(check_threading(email, headers));
  RETURN_IF_ERROR(inherit(global, email));
  email.implicit_tls = implicit_tls.value_or(email.smarthost.port == kImplicitTlsPort);
  add_default_headers(std::move(headers), email);
  return email;
}

}  // namespace tocsin::notifiers
