#include "notifiers/email/message.h"

#include "notifiers/email/address.h"
#include "notifiers/email/encoding.h"
#include "notifiers/fingerprint.h"

namespace tocsin::notifiers {

namespace {

constexpr size_t kThreadHashChars = 16;

base::Error failed(std::string_view what, const base::Error& error) {
  return {base::Code::kInvalid, std::string(what) + ": " + error.message};
}

/// The id of a mail that does not exist: mail programs gather around it what refers to it.
std::string thread_root(const Notification& notification, EmailThreading threading,
                        base::TimestampMs now) {
  std::string id = "<alert-" + sha256_hex(notification.group_key).substr(0, kThreadHashChars) + '-';
  if (threading == EmailThreading::kByGroupAndDay) id += base::format_rfc3339(now).substr(0, 10);
  return id + "@alertmanager>";
}

void append_part(std::string& out, const std::string& boundary, std::string_view type,
                 std::string_view body) {
  out += "--" + boundary + "\r\nContent-Transfer-Encoding: quoted-printable\r\nContent-Type: ";
  out += type;
  out += "; charset=UTF-8\r\n\r\n";
  append_quoted_printable(out, body);
  out += "\r\n";
}

}  // namespace

base::Result<EmailMessage> EmailMessage::compile(const EmailConfig& config,
                                                 const tmpl::TemplateSet& templates) {
  EmailMessage out;
  TextCompiler compiler(templates);
  out.from_ = compiler(config.from);
  out.to_ = compiler(config.to);
  for (const auto& [name, text] : config.headers) out.headers_.emplace_back(name, compiler(text));
  out.text_ = compiler(config.text);
  out.html_ = compiler(config.html, tmpl::Escaping::kHtml);
  RETURN_IF_ERROR(compiler.status());
  out.threading_ = config.threading;
  return out;
}

void EmailMessage::append_headers(std::string& out, const Notification& notification,
                                  const Identity& identity, Renderer& render) const {
  bool has_message_id = false;
  for (const auto& [name, text] : headers_) {
    has_message_id = has_message_id || name == "Message-Id";
    out += name + ": " + encode_header(render(text)) + "\r\n";
  }
  if (!has_message_id) out += "Message-Id: " + identity.message_id + "\r\n";
  if (threading_ != EmailThreading::kOff) {
    const std::string root = thread_root(notification, threading_, identity.now);
    out += "References: " + root + "\r\nIn-Reply-To: " + root + "\r\n";
  }
  out += "Date: " + mail_date(identity.now) + "\r\n";
  out += "Content-Type: multipart/alternative;  boundary=" + identity.boundary + "\r\n";
  out += "MIME-Version: 1.0\r\n\r\n";
}

base::Result<EmailMessage::Built> EmailMessage::build(const Notification& notification,
                                                      const Identity& identity) const {
  Renderer render(notification);
  Built built;
  const std::string from = render(from_);
  if (!render.status().ok()) return failed("execute 'from' template", render.status().error());
  const std::string to = render(to_);
  if (!render.status().ok()) return failed("execute 'to' template", render.status().error());
  auto senders = parse_addresses(from);
  if (!senders) return failed("parse 'from' addresses", senders.error());
  if (senders->size() != 1) {
    return base::Error{base::Code::kInvalid, "must be exactly one 'from' address (got: " +
                                                 std::to_string(senders->size()) + ")"};
  }
  built.from = senders->front();
  auto recipients = parse_addresses(to);
  if (!recipients) return failed("parse 'to' addresses", recipients.error());
  built.to = *std::move(recipients);

  append_headers(built.data, notification, identity, render);
  if (!render.status().ok()) return failed("execute header template", render.status().error());
  // The richest alternative comes last: RFC 2046 §5.1.4.
  if (!text_.empty()) append_part(built.data, identity.boundary, "text/plain", render(text_));
  if (!render.status().ok()) return failed("execute text template", render.status().error());
  if (!html_.empty()) append_part(built.data, identity.boundary, "text/html", render(html_));
  if (!render.status().ok()) return failed("execute html template", render.status().error());
  built.data += "--" + identity.boundary + "--\r\n";
  return built;
}

}  // namespace tocsin::notifiers
