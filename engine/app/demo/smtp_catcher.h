// A mail server on loopback that keeps nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "engine/app/demo/smtp_session.h"
#include "engine/base/status.h"

namespace tocsin::app::demo {

/// Listens on 127.0.0.1 and serves one connection after the other on a thread of its own.
class SmtpCatcher {
 public:
  /// `port` 0: any free one. Fails when the port is taken.
  static base::Result<std::unique_ptr<SmtpCatcher>> start(uint16_t port,
                                                          std::function<void(Mail)> on_mail);
  virtual ~SmtpCatcher() = default;
  virtual uint16_t port() const = 0;
};

}  // namespace tocsin::app::demo
