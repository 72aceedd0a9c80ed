// The server's side of one SMTP conversation (RFC 5321), as far as a catcher needs it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace tocsin::app::demo {

/// A message as it came over the wire.
struct Mail {
  std::string from;
  std::string to;       ///< The last recipient.
  std::string subject;  ///< Decoded (RFC 2047).
  std::string body;     ///< Raw, headers left out.
};

/// Fed line by line; pure but for the callback. Bounded: at most 1 MiB of data.
class SmtpSession {
 public:
  explicit SmtpSession(std::function<void(Mail)> on_mail) : on_mail_(std::move(on_mail)) {}
  /// What a server says first.
  static std::string greeting() { return "220 tocsin demo\r\n"; }
  /// One line without its CRLF → the answer (empty while data flows).
  std::string line(std::string_view text);
  /// True after QUIT or when a bound was exceeded.
  bool done() const { return done_; }

 private:
  std::string end_of_data();
  std::function<void(Mail)> on_mail_;
  Mail mail_;
  std::string data_;
  bool in_data_ = false;
  bool done_ = false;
};

/// Decodes the encoded words of a header (=?utf-8?q?…?= and ?b?); other text stays.
std::string decode_header(std::string_view text);

}  // namespace tocsin::app::demo
