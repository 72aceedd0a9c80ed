#include "notifiers/receivers.h"

#include "notifiers/pagerduty/notifier.h"
#include "notifiers/slack/notifier.h"
#include "notifiers/webhook/notifier.h"

namespace tocsin::notifiers {

namespace {

using NotifierResult = base::Result<std::unique_ptr<Notifier>>;

/// The client of an integration; a failure gets the integration's position.
base::Result<std::unique_ptr<net::HttpClient>> client_for(const net::HttpClientConfig& config,
                                                          const base::Position& where,
                                                          const ReceiverWorld& world) {
  auto client = world.make_client(config);
  if (client) return client;
  return base::at(std::move(client).error(), where);
}

NotifierResult make_notifier(const WebhookConfig& config, const tmpl::TemplateSet& templates,
                             const ReceiverWorld& world) {
  ASSIGN_OR_RETURN(WebhookMessage message, WebhookMessage::compile(config, templates));
  ASSIGN_OR_RETURN(auto client, client_for(config.http, config.where, world));
  return std::unique_ptr<Notifier>(
      std::make_unique<WebhookNotifier>(std::move(message), config.timeout, std::move(client)));
}

NotifierResult make_notifier(const SlackConfig& config, const tmpl::TemplateSet& templates,
                             const ReceiverWorld& world) {
  ASSIGN_OR_RETURN(SlackMessage message, SlackMessage::compile(config, templates));
  ASSIGN_OR_RETURN(auto client, client_for(config.http, config.where, world));
  return std::unique_ptr<Notifier>(
      std::make_unique<SlackNotifier>(std::move(message), config, std::move(client), world.log));
}

NotifierResult make_notifier(const PagerdutyConfig& config, const tmpl::TemplateSet& templates,
                             const ReceiverWorld& world) {
  ASSIGN_OR_RETURN(PagerdutyMessage message, PagerdutyMessage::compile(config, templates));
  ASSIGN_OR_RETURN(auto client, client_for(config.http, config.where, world));
  return std::unique_ptr<Notifier>(std::make_unique<PagerdutyNotifier>(
      std::move(message), config, std::move(client), world.log));
}

NotifierResult make_notifier(const EmailConfig& config, const tmpl::TemplateSet& templates,
                             const ReceiverWorld& world) {
  ASSIGN_OR_RETURN(EmailMessage message, EmailMessage::compile(config, templates));
  MailWorld mail{.send = world.send_mail,
                 .hostname = world.hostname,
                 .seed = world.seed ^ (uint64_t{config.where.line} << 32)};
  return std::unique_ptr<Notifier>(
      std::make_unique<EmailNotifier>(std::move(message), config, std::move(mail), world.clock));
}

class Builder {
 public:
  Builder(const tmpl::TemplateSet& templates, const ReceiverWorld& world)
      : templates_(templates), world_(world) {}

  base::Result<Receiver> build(const ReceiverConfig& config) {
    Receiver receiver{config.name, config.labels, {}};
    RETURN_IF_ERROR(add("webhook", config.webhooks, receiver));
    RETURN_IF_ERROR(add("email", config.emails, receiver));
    RETURN_IF_ERROR(add("pagerduty", config.pagerduties, receiver));
    RETURN_IF_ERROR(add("slack", config.slacks, receiver));
    return receiver;
  }

 private:
  template <class IntegrationConfig>
  base::Status add(const std::string& kind, const std::vector<IntegrationConfig>& configs,
                   Receiver& receiver) {
    for (size_t i = 0; i < configs.size(); ++i) {
      ASSIGN_OR_RETURN(auto notifier, make_notifier(configs[i], templates_, world_));
      const std::string name = receiver.name + '/' + kind + '[' + std::to_string(i) + ']';
      DeliveryWorld delivery{.loop = world_.loop,
                             .clock = world_.clock,
                             .log = world_.log,
                             .metrics = integration_metrics(world_.metrics, kind),
                             .seed = world_.seed + ++built_};
      receiver.integrations.push_back(
          {kind, i, configs[i].send_resolved,
           std::make_unique<DeliveryQueue>(name, std::move(notifier), world_.retry,
                                           std::move(delivery))});
    }
    return {};
  }

  const tmpl::TemplateSet& templates_;
  const ReceiverWorld& world_;
  uint64_t built_ = 0;
};

}  // namespace

base::Result<Receivers> build_receivers(const Config& config, const tmpl::TemplateSet& templates,
                                        const ReceiverWorld& world) {
  Receivers receivers;
  Builder builder(templates, world);
  for (const ReceiverConfig& receiver : config.receivers) {
    ASSIGN_OR_RETURN(Receiver built, builder.build(receiver));
    receivers.push_back(std::move(built));
  }
  return receivers;
}

base::Status check_messages(const Config& config, const tmpl::TemplateSet& templates) {
  for (const ReceiverConfig& receiver : config.receivers) {
    for (const auto& webhook : receiver.webhooks) {
      RETURN_IF_ERROR(WebhookMessage::compile(webhook, templates));
    }
    for (const auto& email : receiver.emails) {
      RETURN_IF_ERROR(EmailMessage::compile(email, templates));
    }
    for (const auto& pagerduty : receiver.pagerduties) {
      RETURN_IF_ERROR(PagerdutyMessage::compile(pagerduty, templates));
    }
    for (const auto& slack : receiver.slacks) {
      RETURN_IF_ERROR(SlackMessage::compile(slack, templates));
    }
  }
  return {};
}

}  // namespace tocsin::notifiers
