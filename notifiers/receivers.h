// The receivers of a configuration, ready to send.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "notifiers/config.h"
#include "notifiers/delivery_queue.h"
#include "notifiers/email/notifier.h"
#include "notifiers/templates.h"

namespace tocsin::notifiers {

/// One integration of a receiver: the webhook, the mail …
struct Integration {
  std::string kind;  ///< "webhook".
  size_t index = 0;  ///< In its own list; part of the notification log's key.
  bool send_resolved = true;
  std::unique_ptr<DeliveryQueue> queue;
};

struct Receiver {
  std::string name;
  std::vector<std::pair<std::string, std::string>> labels;
  std::vector<Integration> integrations;  ///< In upstream's order of kinds.
};

/// In the file's order, also those no route leads to.
using Receivers = std::vector<Receiver>;

/// What receivers are built with. Everything referred to outlives them.
struct ReceiverWorld {
  base::Loop& loop;
  const base::Clock& clock;
  base::Log log;
  base::MetricRegistry& metrics;
  /// Makes an HTTP client on `loop`: net::EventLoop::make_client, or a test's.
  std::function<base::Result<std::unique_ptr<net::HttpClient>>(net::HttpClientConfig)> make_client;
  MailSender send_mail;
  std::string hostname = "localhost";
  RetryPolicy retry = {};
  uint64_t seed = 0;
};

/// Compiles every message and makes every client. Fails with the position of a bad template, or of
/// the integration whose client cannot be made.
base::Result<Receivers> build_receivers(const Config& config, const tmpl::TemplateSet& templates,
                                        const ReceiverWorld& world);

/// Compiles every template of the configuration, without making anything: for checks.
base::Status check_messages(const Config& config, const tmpl::TemplateSet& templates);

}  // namespace tocsin::notifiers
