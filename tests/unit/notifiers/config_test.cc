#include "notifiers/config.h"

#include <gtest/gtest.h>

#include "notifiers/setup.h"

namespace tocsin::notifiers {
namespace {

struct BadConfig {
  const char* name;
  const char* text;
  const char* error;  ///< With its position.
};

std::string outcome(const std::string& text) {
  const auto config = load_config(text, "am.yml");
  if (!config) return config.error().to_string();
  const base::Status status = check_config(*config);
  return status.ok() ? "ok" : status.error().to_string();
}

/// The outcome of a section together with the rest that every file needs.
std::string outcome_with_route(const char* section) {
  std::string text = section;
  text += "\nroute: {receiver: r}\nreceivers: [{name: r}]\n";
  return outcome(text);
}

TEST(Config, RefusesTheRouteWithItsPlace) {
  for (const BadConfig& c : {
           BadConfig{"empty", "", "am.yml:1:1: no route provided in config"},
           BadConfig{"no receiver", "route: {group_by: [a]}",
                     "am.yml:1:8: root route must specify a default receiver"},
           BadConfig{"unknown receiver", "route:\n  receiver: x\n",
                     "am.yml:2:3: undefined receiver \"x\" used in route"},
           BadConfig{"root matchers", "route: {receiver: r, match: {a: b}}\nreceivers: [{name: r}]",
                     "am.yml:1:8: root route must not have any matchers"},
           BadConfig{"root continue", "route: {receiver: r, continue: yes}\nreceivers: [{name: r}]",
                     "am.yml:1:8: cannot have continue in root route"},
           BadConfig{"group_by twice", "route: {receiver: r, group_by: [a, a]}",
                     "am.yml:1:32: duplicated label \"a\" in group_by"},
           BadConfig{"group_by all and some", "route: {receiver: r, group_by: ['...', a]}",
                     "am.yml:1:32: cannot have wildcard group_by (`...`) and other labels at the "
                     "same time"},
           BadConfig{"zero interval", "route: {receiver: r, group_interval: 0s}",
                     "am.yml:1:38: group_interval cannot be zero"},
           BadConfig{"zero repeat", "route: {receiver: r, repeat_interval: 0s}",
                     "am.yml:1:39: repeat_interval cannot be zero"},
           BadConfig{"bad duration", "route: {receiver: r, group_wait: 5x}",
                     "am.yml:1:34: group_wait: unknown unit \"x\" in duration \"5x\""},
           BadConfig{"bad match name", "route: {receiver: r, routes: [{match: {'a-b': c}}]}",
                     "am.yml:1:40: invalid label name \"a-b\""},
           BadConfig{"bad matcher", "route:\n  receiver: r\n  routes:\n    - matchers: ['foo']",
                     "am.yml:4:18: bad matcher format: foo"},
           BadConfig{"time interval", "route: {receiver: r, routes: [{mute_time_intervals: [x]}]}",
                     "am.yml:1:32: \"mute_time_intervals\" in route is not supported: this version "
                     "has no time intervals"},
           BadConfig{"misspelt", "route: {reciever: r}",
                     "am.yml:1:9: unknown key \"reciever\" in route; did you mean \"receiver\"?"},
       }) {
    EXPECT_EQ(outcome(c.text), c.error) << c.name;
  }
}

TEST(Config, RefusesSectionsItLacksByName) {
  for (const BadConfig& c : {
           BadConfig{"inhibition", "inhibit_rules: [{equal: [a]}]",
                     "am.yml:1:16: \"inhibit_rules\" is not supported: this version has no "
                     "inhibition"},
           BadConfig{"intervals", "time_intervals: [{name: x}]",
                     "am.yml:1:17: \"time_intervals\" is not supported: this version has no time "
                     "intervals"},
           BadConfig{"tracing", "tracing: {endpoint: x}",
                     "am.yml:1:1: \"tracing\" in alertmanager.yml is not supported: this version "
                     "has neither tracing nor an event recorder"},
           BadConfig{"opsgenie", "global: {opsgenie_api_key: x}",
                     "am.yml:1:10: \"opsgenie_api_key\" in global is not supported: this version "
                     "has no such receiver"},
       }) {
    EXPECT_EQ(outcome_with_route(c.text), c.error) << c.name;
  }
  EXPECT_EQ(outcome_with_route("inhibit_rules: []"), "ok");
}

std::string receiver(const std::string& body) {
  return "route: {receiver: r}\nreceivers:\n- name: r\n  " + body + "\n";
}

TEST(Config, RefusesReceiversWithTheirPlace) {
  for (const BadConfig& c : {
           BadConfig{"webhook without url", "webhook_configs: [{}]",
                     "am.yml:4:21: one of url or url_file must be configured"},
           BadConfig{"webhook null", "webhook_configs: [null]",
                     "am.yml:4:21: missing webhook config"},
           BadConfig{"webhook both", "webhook_configs: [{url: 'http://x', url_file: y}]",
                     "am.yml:4:21: at most one of url & url_file must be configured"},
           BadConfig{"webhook bad url", "webhook_configs: [{url: 'ftp://x'}]",
                     "am.yml:4:27: invalid URL: the URL must start with http:// or https://"},
           BadConfig{"slack nothing", "slack_configs: [{channel: x}]",
                     "am.yml:4:19: no Slack API URL nor App token set either inline or in a file"},
           BadConfig{"slack url without host", "slack_configs: [{api_url: 'http:///x'}]",
                     "am.yml:4:29: api_url: missing host for URL"},
           BadConfig{"slack action", "slack_configs: [{api_url: 'http://x', actions: [{text: t}]}]",
                     "am.yml:4:51: missing type in Slack action configuration"},
           BadConfig{"slack field", "slack_configs: [{api_url: 'http://x', fields: [{title: t}]}]",
                     "am.yml:4:50: missing value in Slack field configuration"},
           BadConfig{"pagerduty no key", "pagerduty_configs: [{}]",
                     "am.yml:4:23: missing service or routing key in PagerDuty config"},
           BadConfig{"email no to", "email_configs: [{smarthost: 'h:25', from: f}]",
                     "am.yml:4:19: missing to address in email config"},
           BadConfig{"email no host", "email_configs: [{to: t}]",
                     "am.yml:4:19: no global SMTP smarthost set"},
           BadConfig{"email no from", "email_configs: [{to: t, smarthost: 'h:25'}]",
                     "am.yml:4:19: no global SMTP from set"},
           BadConfig{"email no port", "email_configs: [{to: t, smarthost: 'h'}]",
                     "am.yml:4:38: smarthost: address h: missing port in address"},
           BadConfig{"email header twice",
                     "email_configs: [{to: t, headers: {subject: a, Subject: b}}]",
                     "am.yml:4:49: duplicate header \"Subject\" in email config"},
           BadConfig{"email subject", "email_configs: [{to: t, subject: x}]",
                     "am.yml:4:27: unknown key \"subject\" in email_configs; write it as headers: "
                     "{Subject: …}"},
           BadConfig{"telegram", "telegram_configs: [{}]",
                     "am.yml:4:3: \"telegram_configs\" in receiver is not supported: this version "
                     "sends to webhooks, Slack, PagerDuty and e-mail"},
       }) {
    EXPECT_EQ(outcome(receiver(c.text)), c.error) << c.name;
  }
}

TEST(Config, RefusesBadTemplatesWithTheirPlace) {
  const std::string got =
      outcome(receiver("slack_configs: [{api_url: 'http://x', title: '{{ nope }}'}]"));
  EXPECT_EQ(got.substr(0, 13), "am.yml:4:48: ") << got;
  EXPECT_NE(got.find("function \"nope\" not defined"), std::string::npos) << got;
}

TEST(Config, InheritsFromGlobalWhereverItStands) {
  const auto config = load_config(R"(
route: {receiver: r}
receivers:
- name: r
  email_configs: [{to: a@x.org}]
  slack_configs: [{channel: '#c'}]
  pagerduty_configs: [{routing_key: k}]
global:
  smtp_smarthost: 'mail.example.org:465'
  smtp_from: 'from@example.org'
  smtp_auth_username: u
  smtp_auth_password: p
  smtp_hello: null
  slack_app_token: xoxb
  pagerduty_url: http://pd.example.org/enqueue
  http_config: {proxy_url: 'http://proxy:3128'}
)",
                                  "am.yml");
  ASSERT_TRUE(config.ok()) << config.error().to_string();
  const ReceiverConfig& r = config->receivers.front();
  EXPECT_EQ(r.emails[0].smarthost.port_number, 465);
  EXPECT_TRUE(r.emails[0].implicit_tls);
  EXPECT_TRUE(r.emails[0].require_tls);
  EXPECT_EQ(r.emails[0].hello, "localhost");
  EXPECT_EQ(r.emails[0].auth_password.reveal(), "p");
  EXPECT_FALSE(r.emails[0].send_resolved);
  EXPECT_EQ(r.slacks[0].api_url.reveal(), "https://slack.com/api/chat.postMessage");
  EXPECT_EQ(r.slacks[0].http.authorization->credentials.reveal(), "xoxb");
  EXPECT_EQ(r.pagerduties[0].url, "http://pd.example.org/enqueue");
  EXPECT_EQ(r.pagerduties[0].http.proxy_url, "http://proxy:3128");
  EXPECT_TRUE(r.pagerduties[0].send_resolved);
}

TEST(Config, ShowsNoSecrets) {
  const std::string text = R"(global:
  slack_api_url: https://hooks.example.org/T0PSECRET
  smtp_auth_password: T0PSECRET
  http_config:
    basic_auth: {username: u, password: T0PSECRET}
    proxy_url: http://user:T0PSECRET@proxy:3128
route:
  receiver: "r\n"
  group_by: [a, b]
receivers:
- name: "r\n"
  webhook_configs:
  - url: http://x/T0PSECRET
    max_alerts: 5
  pagerduty_configs:
  - routing_key: T0PSECRET
  - service_key: T0PSECRET
    details: {}
)";
  const auto config = load_config(text, "am.yml");
  ASSERT_TRUE(config.ok()) << config.error().to_string();
  EXPECT_EQ(config->shown.find("T0PSECRET"), std::string::npos) << config->shown;
  EXPECT_NE(config->shown.find("receiver: \"r\\n\""), std::string::npos) << config->shown;
  const auto again = load_config(config->shown, "shown.yml");
  ASSERT_TRUE(again.ok()) << again.error().to_string() << '\n' << config->shown;
  EXPECT_EQ(again->shown, config->shown);
}

TEST(Config, WarnsAboutTimingsThatSurprise) {
  const auto config = load_config(
      "route: {receiver: r, group_interval: 10m, repeat_interval: 5m}\nreceivers: [{name: r}]",
      "am.yml");
  ASSERT_TRUE(config.ok());
  ASSERT_EQ(config->warnings.size(), 1u);
  EXPECT_EQ(config->warnings[0].substr(0, 32), "am.yml:1:8: repeat_interval (5m)");
}

}  // namespace
}  // namespace tocsin::notifiers
