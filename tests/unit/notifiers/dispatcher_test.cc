// Timelines on virtual time.
#include "notifiers/dispatcher.h"

#include <gtest/gtest.h>

#include "tests/unit/notifiers/fake_world.h"

namespace tocsin::notifiers {
namespace {

using Lines = std::vector<std::string>;

constexpr const char* kPayload =
    "payload: '{{ .NotificationReason }} |{{ range .Alerts }} {{ .Labels.a }} {{ .Status }}{{ end "
    "}}'";

/// Two webhooks in one receiver; the second does not want to hear of what is resolved.
std::string two_hooks(const std::string& timing = "group_wait: 30s, group_interval: 5m") {
  return "route: {receiver: r, " + timing + "}\nreceivers:\n- name: r\n  webhook_configs:\n" +
         "  - url: http://one\n    " + kPayload +
         "\n  - url: http://two\n    send_resolved: false\n    " + kPayload + "\n";
}

/// Without the quotes and the line end that JSON adds.
Lines told(const FakeEngine& engine, const std::string& host) {
  Lines out;
  const auto found = engine.network.sent.find(host);
  if (found == engine.network.sent.end()) return out;
  for (std::string line : found->second) {
    std::erase_if(line, [](char c) { return c == '"' || c == '\n'; });
    out.push_back(line);
  }
  return out;
}

TEST(Timeline, WaitNewResolvedAllResolved) {
  FakeEngine engine;
  engine.load(two_hooks());
  engine.fire("A");
  engine.run_to(2 * kMinute);
  engine.fire("B");
  engine.run_to(6 * kMinute);
  engine.resolve("A");
  engine.run_to(12 * kMinute);
  engine.resolve("B");
  engine.run_to(kHour);
  EXPECT_EQ(told(engine, "one"), (Lines{"30s: first notification | A firing",
                                        "5m30s: new alerts added | A firing B firing",
                                        "10m30s: some alerts resolved | A resolved B firing",
                                        "15m30s: all alerts resolved | B resolved"}));
  EXPECT_EQ(told(engine, "two"), (Lines{"30s: first notification | A firing",
                                        "5m30s: new alerts added | A firing B firing"}));
  EXPECT_TRUE(engine.dispatcher.groups().empty());
  EXPECT_TRUE(engine.dispatcher.alerts().empty());
}

TEST(Timeline, RepeatComesOneIntervalLateWhenItIsAMultiple) {
  FakeEngine engine;
  engine.load(two_hooks("group_wait: 30s, group_interval: 5m, repeat_interval: 10m"));
  engine.fire("A");
  engine.run_to(31 * kMinute);
  EXPECT_EQ(told(engine, "one"), (Lines{"30s: first notification | A firing",
                                        "15m30s: repeat interval elapsed | A firing",
                                        "30m30s: repeat interval elapsed | A firing"}));
}

TEST(Timeline, ResolvedBeforeTheWaitIsOverIsNotTold) {
  FakeEngine engine;
  engine.load(two_hooks());
  engine.fire("A");
  engine.run_to(20 * kSecond);
  engine.resolve("A");
  engine.run_to(kHour);
  EXPECT_TRUE(told(engine, "one").empty());
  EXPECT_TRUE(engine.dispatcher.groups().empty());
}

TEST(Timeline, AnOldAlertIsToldAtOnce) {
  FakeEngine engine;
  engine.load(two_hooks());
  engine.send("A", engine.start - kHour, engine.start + kHour);
  EXPECT_EQ(told(engine, "one"), Lines{"0s: first notification | A firing"});
}

TEST(Timeline, AnAlertWithoutEndTimesOut) {
  FakeEngine engine;
  engine.load("global: {resolve_timeout: 2m}\n" + two_hooks());
  engine.send("A", engine.start, 0);
  engine.run_to(kMinute);
  engine.send("A", engine.start, 0);
  engine.run_to(20 * kMinute);
  EXPECT_EQ(told(engine, "one"), (Lines{"30s: first notification | A firing",
                                        "5m30s: all alerts resolved | A resolved"}));
}

TEST(Timeline, AHangingReceiverDelaysNobodyAndHearsEverythingLater) {
  FakeEngine engine;
  engine.load(two_hooks());
  engine.network.hangs["one"] = true;
  engine.fire("A");
  engine.run_to(2 * kMinute);
  engine.fire("B");
  engine.run_to(6 * kMinute);
  EXPECT_EQ(told(engine, "two"), (Lines{"30s: first notification | A firing",
                                        "5m30s: new alerts added | A firing B firing"}));
  EXPECT_GT(engine.network.attempts["one"].size(), 5u);
  const auto groups = engine.dispatcher.groups();
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_TRUE(groups[0].deliveries[0].in_progress);
  EXPECT_NE(groups[0].deliveries[0].last_error, "");
  EXPECT_EQ(groups[0].deliveries[1].last_error, "");
  engine.network.hangs["one"] = false;
  engine.run_to(10 * kMinute);
  ASSERT_EQ(told(engine, "one").size(), 1u);
  EXPECT_NE(told(engine, "one")[0].find("first notification | A firing B firing"),
            std::string::npos);
}

TEST(Timeline, RetriesWithBackoffAndTheReceiversWish) {
  FakeEngine engine;
  engine.load(two_hooks());
  engine.network.script["one"] = {FakeNetwork::answer(500), FakeNetwork::answer(503),
                                  FakeNetwork::answer(429, {{"retry-after", "7"}})};
  engine.fire("A");
  engine.run_to(4 * kMinute);
  EXPECT_EQ(engine.network.attempts["one"], (Lines{"30s", "30s500ms", "31s250ms", "38s250ms"}));
  EXPECT_EQ(told(engine, "one"), Lines{"38s250ms: first notification | A firing"});
}

TEST(Timeline, APermanentErrorWaitsForTheNextLook) {
  FakeEngine engine;
  engine.load(two_hooks());
  engine.network.script["one"] = {FakeNetwork::answer(400)};
  engine.fire("A");
  engine.run_to(6 * kMinute);
  EXPECT_EQ(engine.network.attempts["one"], (Lines{"30s", "5m30s"}));
  EXPECT_EQ(engine.network.attempts["two"], Lines{"30s"}) << "the sibling is not told twice";
  const std::string text = engine.metrics.expose();
  EXPECT_NE(text.find("alertmanager_notifications_failed_total{integration=\"webhook\","
                      "reason=\"clientError\"} 1"),
            std::string::npos)
      << text;
}

TEST(Timeline, ReloadKeepsAlertsAndTellsNothingTwice) {
  FakeEngine engine;
  engine.load(two_hooks());
  engine.fire("A");
  engine.run_to(kMinute);
  engine.load(two_hooks());
  engine.run_to(3 * kMinute);
  EXPECT_EQ(told(engine, "one").size(), 1u);
  EXPECT_EQ(engine.dispatcher.alerts().size(), 1u);
  EXPECT_EQ(engine.dispatcher.groups().size(), 1u);
}

TEST(Timeline, ReloadLetsAnAttemptUnderWayFinish) {
  FakeEngine engine;
  engine.load(two_hooks());
  engine.network.held["one"] = true;
  engine.fire("A");
  engine.run_to(kMinute);
  engine.load(two_hooks());
  engine.run_to(2 * kMinute);
  EXPECT_EQ(engine.network.attempts["one"].size(), 1u);
  engine.network.held["one"] = false;
  engine.network.release();
  engine.run_to(kHour);
  EXPECT_EQ(told(engine, "one"), Lines{"2m: first notification | A firing"});
}

TEST(Timeline, ReloadAbandonsWhatBacksOffAndDecidesAgain) {
  FakeEngine engine;
  engine.load(two_hooks());
  engine.network.hangs["one"] = true;
  engine.fire("A");
  engine.run_to(61 * kSecond);
  engine.network.hangs["one"] = false;
  engine.load(two_hooks());
  engine.run_to(10 * kMinute);
  ASSERT_EQ(told(engine, "one").size(), 1u);
}

TEST(Dispatcher, ShowsAlertsGroupsAndReceivers) {
  FakeEngine engine;
  engine.load(
      "route: {receiver: r, group_by: [a], labels: {who: '{{ .GroupLabels.a }}-team'}}\n"
      "receivers: [{name: r, webhook_configs: [{url: 'http://one'}]}, {name: unused}]\n");
  engine.fire("B");
  engine.fire("A");
  const auto groups = engine.dispatcher.groups();
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].key, R"({}:{a="A"})");
  EXPECT_EQ(groups[0].route_labels.get("who"), "A-team");
  EXPECT_EQ(groups[0].next_flush, engine.start + 30 * kSecond);
  EXPECT_EQ(groups[0].deliveries[0].integration, "webhook[0]");
  EXPECT_EQ(groups[0].deliveries[0].last_sent, 0);
  const auto alerts = engine.dispatcher.alerts();
  ASSERT_EQ(alerts.size(), 2u);
  EXPECT_LT(alerts[0].fingerprint, alerts[1].fingerprint);
  EXPECT_EQ(alerts[0].receivers, Lines{"r"});
  ASSERT_EQ(engine.dispatcher.receivers().size(), 2u);
  EXPECT_EQ(engine.dispatcher.receivers()[1].name, "unused");
  EXPECT_NE(engine.dispatcher.shown_config().find("url: <secret>"), std::string::npos);
}

TEST(Dispatcher, RefusesInvalidAlertsAndKeepsTheOthers) {
  FakeEngine engine;
  engine.load(two_hooks());
  base::Alert good, bad;
  good.labels = base::Labels::of({{"a", "1"}});
  engine.dispatcher.on_alerts({bad, good});
  engine.loop.run_ready();
  EXPECT_EQ(engine.dispatcher.alerts().size(), 1u);
  EXPECT_NE(engine.metrics.expose().find("alertmanager_alerts_invalid_total{version=\"v2\"} 1"),
            std::string::npos);
}

TEST(Dispatcher, TakesAlertsBeforeItsConfiguration) {
  FakeEngine engine;
  engine.fire("A");
  engine.load(two_hooks());
  engine.run_to(kMinute);
  EXPECT_EQ(told(engine, "one").size(), 1u);
}

TEST(Dispatcher, SendsMail) {
  FakeEngine engine;
  engine.load(R"(
global: {smtp_smarthost: 'mail:587', smtp_from: 'Engine <engine@x.org>', smtp_auth_username: u,
         smtp_auth_password: p}
route: {receiver: r}
receivers: [{name: r, email_configs: [{to: 'ops@x.org, b@x.org'}]}]
)");
  engine.fire("A");
  engine.run_to(kMinute);
  ASSERT_EQ(engine.mails.size(), 1u);
  const net::SmtpMessage& mail = engine.mails[0];
  EXPECT_EQ(mail.host, "mail");
  EXPECT_EQ(mail.port, 587);
  EXPECT_EQ(mail.tls_mode, net::SmtpTls::kRequired);
  EXPECT_EQ(mail.from, "engine@x.org");
  EXPECT_EQ(mail.to, (Lines{"ops@x.org", "b@x.org"}));
  EXPECT_EQ(mail.auth.password.reveal(), "p");
  EXPECT_NE(mail.data.find("Subject: [FIRING:1]  (x A)\r\n"), std::string::npos) << mail.data;
}

TEST(RouteLabels, MayCallEachOtherButNotInCircles) {
  FakeEngine engine;
  engine.load(R"(
route:
  receiver: r
  labels:
    one: 'x{{ routeLabels "two" }}'
    two: 'y'
    ring: '{{ routeLabels "ring" }}'
receivers: [{name: r}]
)");
  engine.fire("A");
  const auto groups = engine.dispatcher.groups();
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].route_labels, base::Labels::of({{"one", "xy"}, {"two", "y"}}));
}

}  // namespace
}  // namespace tocsin::notifiers
