// Sends mail.
#pragma once

#include <functional>
#include <random>

#include "engine/base/clock.h"
#include "engine/net/smtp_client.h"
#include "notifiers/email/message.h"
#include "notifiers/notifier.h"

namespace tocsin::notifiers {

/// Hands a mail to a server: net::SmtpClient::send, or a test's.
using MailSender = std::function<void(net::SmtpMessage, net::SmtpCallback)>;

/// What mails are made and sent with.
struct MailWorld {
  MailSender send;
  std::string hostname;  ///< Right side of message ids.
  uint64_t seed = 0;     ///< Of message ids and boundaries.
};

class EmailNotifier final : public Notifier {
 public:
  EmailNotifier(EmailMessage message, EmailConfig config, MailWorld world,
                const base::Clock& clock);
  void notify(std::shared_ptr<const Notification> notification, base::DurationMs timeout,
              OutcomeCallback done) override;

 private:
  base::Result<net::SmtpAuth> auth() const;
  EmailMessage::Identity next_identity();

  EmailMessage message_;
  EmailConfig config_;
  MailWorld world_;
  const base::Clock& clock_;
  std::mt19937_64 random_;
};

}  // namespace tocsin::notifiers
