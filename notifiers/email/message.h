// The mail about a notification.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "notifiers/email/config.h"
#include "notifiers/text.h"

namespace tocsin::notifiers {

/// The compiled mail of one integration. Immutable, thread-safe.
/// Source: prometheus/alertmanager notify/email/email.go.
class EmailMessage {
 public:
  static base::Result<EmailMessage> compile(const EmailConfig& config,
                                            const tmpl::TemplateSet& templates);
  /// What makes one mail differ from another with the same content.
  struct Identity {
    std::string message_id;  ///< "<unique@host>".
    std::string boundary;    ///< Occurs in no part.
    base::TimestampMs now = 0;
  };
  struct Built {
    std::string from;             ///< Bare address.
    std::vector<std::string> to;  ///< Bare addresses.
    std::string data;             ///< RFC 5322 text with CRLF line ends.
  };
  /// Fails for good: when a template does, or when an address cannot be one. Pure.
  base::Result<Built> build(const Notification& notification, const Identity& identity) const;

 private:
  void append_headers(std::string& out, const Notification& notification, const Identity& identity,
                      Renderer& render) const;
  MessageText from_, to_, text_, html_;
  std::vector<std::pair<std::string, MessageText>> headers_;
  EmailThreading threading_ = EmailThreading::kOff;
};

}  // namespace tocsin::notifiers
