#include "notifiers/email/notifier.h"

#include <algorithm>

#include "notifiers/fingerprint.h"
#include "notifiers/http_post.h"

namespace tocsin::notifiers {

namespace {

/// A refusal by the server is final for this attempt's message; anything else is worth a retry.
/// DIFFERS: upstream repeats what the server refused with a 5xx reply until the flush's deadline.
Outcome outcome_of_mail(const net::SmtpOutcome& result) {
  if (result.status.ok()) return Outcome::sent();
  const std::string& text = result.status.error().message;
  return result.should_retry ? Outcome::retry(text) : Outcome::permanent(text);
}

net::SmtpTls tls_mode(const EmailConfig& config) {
  if (config.implicit_tls) return net::SmtpTls::kImplicit;
  return config.require_tls ? net::SmtpTls::kRequired : net::SmtpTls::kNone;
}

}  // namespace

EmailNotifier::EmailNotifier(EmailMessage message, EmailConfig config, MailWorld world,
                             const base::Clock& clock)
    : message_(std::move(message)),
      config_(std::move(config)),
      world_(std::move(world)),
      clock_(clock),
      random_(world_.seed) {}

EmailMessage::Identity EmailNotifier::next_identity() {
  EmailMessage::Identity identity;
  identity.now = clock_.now();
  identity.message_id = '<' + std::to_string(identity.now * 1'000'000) + '.' +
                        std::to_string(random_()) + '@' + world_.hostname + '>';
  identity.boundary = fingerprint_text(random_()) + fingerprint_text(random_());
  return identity;
}

/// The password serves PLAIN and LOGIN, the secret CRAM-MD5.
base::Result<net::SmtpAuth> EmailNotifier::auth() const {
  net::SmtpAuth auth;
  auth.username = config_.auth_username;
  auth.identity = config_.auth_identity;
  if (auth.username.empty()) return auth;
  auth.password = config_.auth_password;
  if (!config_.auth_password_file.empty()) {
    ASSIGN_OR_RETURN(std::string text, read_secret_file(config_.auth_password_file));
    auth.password = config::Secret(std::move(text));
  }
  if (!auth.password.empty()) return auth;
  auth.mechanism = "CRAM-MD5";
  auth.password = config_.auth_secret;
  if (!config_.auth_secret_file.empty()) {
    ASSIGN_OR_RETURN(std::string text, read_secret_file(config_.auth_secret_file));
    auth.password = config::Secret(std::move(text));
  }
  return auth;
}

void EmailNotifier::notify(std::shared_ptr<const Notification> notification,
                           base::DurationMs timeout, OutcomeCallback done) {
  auto built = message_.build(*notification, next_identity());
  if (!built) return done(Outcome::permanent(built.error().message));
  auto credentials = auth();
  if (!credentials) return done(Outcome::retry(credentials.error().message));
  net::SmtpMessage mail;
  mail.host = config_.smarthost.host;
  mail.port = config_.smarthost.port_number;
  mail.tls_mode = tls_mode(config_);
  mail.tls = config_.tls;
  mail.hello = config_.hello;
  mail.auth = *std::move(credentials);
  mail.from = std::move(built->from);
  mail.to = std::move(built->to);
  mail.data = std::move(built->data);
  mail.timeout = std::min(timeout, kAttemptTimeout);
  world_.send(std::move(mail), [done = std::move(done)](const net::SmtpOutcome& result) {
    done(outcome_of_mail(result));
  });
}

}  // namespace tocsin::notifiers
