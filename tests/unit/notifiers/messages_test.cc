// Golden messages: what each integration sends for the same notifications.
// UPDATE_GOLDENS=1 rewrites tests/golden/<kind>/; review the difference.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "notifiers/config.h"
#include "notifiers/data.h"
#include "notifiers/email/address.h"
#include "notifiers/email/encoding.h"
#include "notifiers/email/message.h"
#include "notifiers/http_post.h"
#include "notifiers/pagerduty/message.h"
#include "notifiers/slack/answer.h"
#include "notifiers/slack/message.h"
#include "notifiers/templates.h"
#include "notifiers/webhook/message.h"
#include "tests/support/fake_http_client.h"
#include "tests/support/source_dir.h"

namespace tocsin::notifiers {
namespace {

void expect_golden(const std::string& name, const std::string& got) {
  const std::string path = std::string(tocsin::testing::source_dir()) + "/tests/golden/" + name;
  if (std::getenv("UPDATE_GOLDENS") != nullptr) {
    std::ofstream(path, std::ios::binary) << got;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  std::stringstream expected;
  expected << file.rdbuf();
  ASSERT_TRUE(file) << path << " is missing";
  EXPECT_EQ(got, expected.str()) << path;
}

constexpr base::TimestampMs kStart = 1'700'000'000'000;  // 2023-11-14T22:13:20Z

NotifiedAlert gpu_alert(const char* gpu, bool resolved) {
  NotifiedAlert item;
  item.alert.labels = base::Labels::of(
      {{"alertname", "GpuTooHot"}, {"cluster", "eu <1>"}, {"gpu", gpu}, {"severity", "critical"}});
  item.alert.annotations =
      base::Labels::of({{"summary", std::string_view("GPU is at 92 °C & rising")},
                        {"runbook", "https://r.example.org/gpu"}});
  item.alert.starts_at = kStart + 123;
  item.alert.ends_at = resolved ? kStart + 600'000 : 0;
  item.alert.generator_url = "http://tocsin.example.org/graph?g0.expr=gpu_temp+%3E+90&g0.tab=1";
  item.resolved = resolved;
  return item;
}

Notification firing_and_resolved() {
  Notification n;
  n.receiver = "web.hook";
  n.group_key = R"({}/{severity="critical"}:{alertname="GpuTooHot"})";
  n.group_labels = base::Labels::of({{"alertname", "GpuTooHot"}});
  n.route_labels = base::Labels::of({{"team", "ml"}});
  n.reason = NotifyReason::kNewAlerts;
  n.external_url = "http://tocsin.example.org";
  n.now = kStart + 700'000;
  n.alerts = {gpu_alert("0", false), gpu_alert("1", true)};
  return n;
}

Notification all_resolved() {
  Notification n = firing_and_resolved();
  n.reason = NotifyReason::kAllResolved;
  n.alerts = {gpu_alert("1", true)};
  return n;
}

/// The one receiver of a configuration whose integration list is `body`.
ReceiverConfig receiver(const std::string& body) {
  auto config = load_config("route: {receiver: r}\nreceivers:\n- name: r\n  " + body, "t.yml");
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().to_string());
  return config.ok() ? config->receivers.front() : ReceiverConfig{};
}

tmpl::TemplateSet templates() {
  auto set = load_templates({});
  EXPECT_TRUE(set.ok()) << (set.ok() ? "" : set.error().to_string());
  return *set;
}

template <class Message, class Config>
typename Message::Built build(const Config& config, const Notification& notification) {
  const auto message = Message::compile(config, templates());
  EXPECT_TRUE(message.ok()) << (message.ok() ? "" : message.error().to_string());
  if (!message.ok()) return {};
  auto built = message->build(notification);
  EXPECT_TRUE(built.ok()) << (built.ok() ? "" : built.error().to_string());
  return built.ok() ? *built : typename Message::Built{};
}

TEST(WebhookGolden, Version4) {
  const auto config = receiver("webhook_configs: [{url: 'http://h/{{ .GroupLabels.alertname }}'}]");
  const auto built = build<WebhookMessage>(config.webhooks[0], firing_and_resolved());
  EXPECT_EQ(built.url, "http://h/GpuTooHot");
  expect_golden("webhook/firing_and_resolved.json", built.body);
}

TEST(WebhookGolden, MaxAlertsCutsBeforeCommonLabels) {
  const auto config = receiver("webhook_configs: [{url: 'http://h', max_alerts: 1}]");
  expect_golden("webhook/max_alerts.json",
                build<WebhookMessage>(config.webhooks[0], firing_and_resolved()).body);
}

TEST(WebhookGolden, PayloadValuesGetTheirYamlTypes) {
  const auto config = receiver(R"(webhook_configs:
  - url: http://h
    payload:
      count: '{{ len .Alerts }}'
      text: '{{ .Status }}: x'
      empty: ''
      flag: 'yes'
      plain: 5
      '{{ .Status }}': ['{{ .ExternalURL }}', null, 1.5])");
  expect_golden("webhook/payload.json",
                build<WebhookMessage>(config.webhooks[0], firing_and_resolved()).body);
}

TEST(WebhookMessage, EmptyAddressIsFinal) {
  const auto config = receiver("webhook_configs: [{url: '{{ .CommonLabels.nope }}'}]");
  const auto message = WebhookMessage::compile(config.webhooks[0], templates());
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->build(all_resolved()).error().message,
            "webhook URL is empty after templating");
}

TEST(SlackGolden, Defaults) {
  const auto config = receiver("slack_configs: [{api_url: 'http://s', channel: '#ops'}]");
  expect_golden("slack/defaults_firing.json",
                build<SlackMessage>(config.slacks[0], firing_and_resolved()).body);
  expect_golden("slack/defaults_resolved.json",
                build<SlackMessage>(config.slacks[0], all_resolved()).body);
}

TEST(SlackGolden, FieldsAndActions) {
  const auto config = receiver(R"(slack_configs:
  - api_url: http://s
    channel: '#{{ .CommonLabels.severity }}'
    title: '[{{ .Status | toUpper }}] {{ .CommonLabels.alertname }}'
    text: >-
      {{ range .Alerts }}
        *Alert:* {{ .Annotations.summary }}
        *Started:* {{ .StartsAt }}
      {{ end }}
    link_names: true
    short_fields: true
    fields: [{title: a, value: b}, {title: c, value: d, short: false}]
    actions:
    - {type: button, text: Runbook, url: '{{ (index .Alerts 0).Annotations.runbook }}'}
    - {type: button, text: Ack, name: ack, value: '1', confirm: {text: Sure?, ok_text: Yes}})");
  const auto built = build<SlackMessage>(config.slacks[0], firing_and_resolved());
  EXPECT_EQ(built.channel, "#critical");
  expect_golden("slack/fields_and_actions.json", built.body);
}

TEST(SlackMessage, UpdatesTheMessageItKnows) {
  const auto config = receiver(
      "slack_configs: [{api_url: 'https://slack.com/api/chat.postMessage', update_message: true}]");
  Notification notification = firing_and_resolved();
  notification.receiver_data = {{kSlackThread, "1.2"}, {kSlackChannel, "C1"}};
  const auto built = build<SlackMessage>(config.slacks[0], notification);
  EXPECT_TRUE(built.is_update);
  EXPECT_EQ(built.body.substr(0, 28), R"({"channel":"C1","ts":"1.2",")");
}

TEST(SlackAnswer, BodyDecides) {
  const auto judge = [](int status, const char* type, const char* body) {
    net::HttpResponse answer;
    answer.status = status;
    answer.body = body;
    answer.headers = {{"content-type", type}};
    return slack_outcome(answer, "#c");
  };
  EXPECT_EQ(judge(200, "text/html", "ok").kind, Outcome::Kind::kSent);
  EXPECT_EQ(judge(200, "text/html", "no_team").error,
            "channel \"#c\": received an error response from Slack: no_team");
  const Outcome refused =
      judge(200, "application/json; charset=utf-8", R"({"ok":false,"error":"channel_not_found"})");
  EXPECT_EQ(refused.kind, Outcome::Kind::kPermanent);
  EXPECT_EQ(refused.error, "channel \"#c\": error response from Slack: channel_not_found");
  EXPECT_EQ(judge(200, "application/json", "{").kind, Outcome::Kind::kRetry);
  const Outcome sent = judge(200, "application/json", R"({"ok":true,"ts":"1.2","channel":"C1"})");
  ASSERT_TRUE(sent.receiver_data.has_value());
  EXPECT_EQ(sent.receiver_data->at(kSlackThread), "1.2");
  EXPECT_EQ(judge(503, "", "").kind, Outcome::Kind::kRetry);
}

TEST(SlackAnswer, IsNotRepeatedWithoutBound) {
  const std::string page(1u << 20, 'x');
  for (const std::string& body : {page, R"({"ok":false,"error":")" + page + "\"}"}) {
    for (const char* type : {"text/html", "application/json"}) {
      net::HttpResponse answer;
      answer.status = 200;
      answer.body = body;
      answer.headers = {{"content-type", type}};
      EXPECT_LT(slack_outcome(answer, "#c").error.size(), 5'000u);
    }
  }
}

TEST(HttpPost, KeepsTheAddressOutOfErrors) {
  testing::FakeHttpClient http;
  http.answer = [](const net::HttpRequest& request) {
    net::HttpResponse answer;
    answer.status = 404;
    answer.body = "no " + request.url + " here: /hook/TOKEN and TOKEN";
    return answer;
  };
  const auto error = [&](const std::string& url) {
    std::string text;
    post_json(
        http, {.url = url, .body = {}, .kind = "webhook"},
        [](const net::HttpResponse& answer) { return outcome_of_answer(answer, answer.body); },
        [&](const Outcome& outcome) { text = outcome.error; });
    return text;
  };
  EXPECT_EQ(error("http://a/hook/TOKEN?k=v"),
            "unexpected status code 404: no http://a<secret> here: <secret> and TOKEN");
  EXPECT_EQ(error("http://a?k=v"),
            "unexpected status code 404: no http://a<secret> here: /hook/TOKEN and TOKEN");
  EXPECT_EQ(error("http://a/"),
            "unexpected status code 404: no http://a/ here: /hook/TOKEN and TOKEN");
}

TEST(PagerdutyGolden, EventsV2) {
  const auto config = receiver(R"(pagerduty_configs:
  - routing_key: KEY
    details: {env: prod, count: '{{ len .Alerts }}', fixed: 7}
    class: '{{ .CommonLabels.cluster }}'
    images: [{src: 'http://i', alt: a}, {href: 'http://nosrc'}]
    links: [{href: 'http://l', text: t}, {text: nohref}])");
  expect_golden("pagerduty/v2_trigger.json",
                build<PagerdutyMessage>(config.pagerduties[0], firing_and_resolved()).body);
  expect_golden("pagerduty/v2_resolve.json",
                build<PagerdutyMessage>(config.pagerduties[0], all_resolved()).body);
}

TEST(PagerdutyGolden, EventsV1) {
  const auto config = receiver("pagerduty_configs: [{service_key: KEY}]");
  expect_golden("pagerduty/v1_trigger.json",
                build<PagerdutyMessage>(config.pagerduties[0], firing_and_resolved()).body);
}

TEST(PagerdutyMessage, LargeDetailsAreReplaced) {
  const auto config = receiver("pagerduty_configs: [{routing_key: KEY}]");
  Notification notification = firing_and_resolved();
  const std::string big(600'000, 'x');
  notification.alerts[0].alert.annotations = base::Labels::of({{"big", big}});
  const auto built = build<PagerdutyMessage>(config.pagerduties[0], notification);
  EXPECT_EQ(built.warnings.size(), 1u);
  EXPECT_LT(built.body.size(), 2000u);
  EXPECT_NE(built.body.find("Custom details have been removed"), std::string::npos);
}

const EmailMessage::Identity kIdentity{"<1.2@host>", "BOUNDARY", kStart + 700'000};

std::string mail(const EmailConfig& config, const Notification& notification) {
  const auto message = EmailMessage::compile(config, templates());
  EXPECT_TRUE(message.ok()) << (message.ok() ? "" : message.error().to_string());
  if (!message.ok()) return {};
  const auto built = message->build(notification, kIdentity);
  EXPECT_TRUE(built.ok()) << (built.ok() ? "" : built.error().to_string());
  return built.ok() ? built->data : std::string();
}

TEST(EmailGolden, DefaultHtml) {
  const auto config = receiver(
      "email_configs: [{to: 'Ops <ops@x.org>, b@x.org', from: a@x.org, smarthost: 'h:25'}]");
  expect_golden("email/default_firing.eml", mail(config.emails[0], firing_and_resolved()));
  expect_golden("email/default_resolved.eml", mail(config.emails[0], all_resolved()));
}

TEST(EmailGolden, TextWithHeadersAndThread) {
  const auto config = receiver(R"(email_configs:
  - to: ops@x.org
    from: a@x.org
    smarthost: h:25
    html: ''
    text: "{{ range .Alerts }}Alert: {{ .Annotations.summary }}\n{{ end }}"
    headers: {subject: "Über {{ .GroupLabels.alertname }}\r\nBcc: evil@x.org", x-team: ml}
    threading: {enabled: true})");
  expect_golden("email/text_threaded.eml", mail(config.emails[0], firing_and_resolved()));
}

TEST(EmailAddresses, AreTakenOutOfPeoplesLists) {
  using Addresses = std::vector<std::string>;
  EXPECT_EQ(*parse_addresses("a@x.org"), Addresses{"a@x.org"});
  EXPECT_EQ(*parse_addresses("\"B, C\" <b@x.org> (ops), c@x.org,"),
            (Addresses{"b@x.org", "c@x.org"}));
  for (const char* bad : {"", "nobody", "a@x.org b@x.org", "<a@x.org", "a@x.org\r\nRCPT", "<>"}) {
    EXPECT_FALSE(parse_addresses(bad).ok()) << bad;
  }
}

TEST(EmailEncoding, KeepsLinesShortAndHeadersWhole) {
  std::string out;
  append_quoted_printable(out, "a=b \nä\n" + std::string(80, 'x'));
  EXPECT_EQ(out, "a=3Db=20\r\n=C3=A4\r\n" + std::string(75, 'x') + "=\r\n" + std::string(5, 'x'));
  EXPECT_EQ(encode_header("plain text"), "plain text");
  EXPECT_EQ(encode_header("ä b"), "=?utf-8?q?=C3=A4_b?=");
  EXPECT_EQ(encode_header("a\r\nBcc: x"), "=?utf-8?q?a=0D=0ABcc:_x?=");
  EXPECT_EQ(mail_date(kStart), "Tue, 14 Nov 2023 22:13:20 +0000");
}

TEST(DefaultTemplates, SubjectKeepsUpstreamsShape) {
  const auto subject = [](const Notification& notification) {
    auto text = MessageText::compile({R"({{ template "__subject" . }})"}, templates());
    Renderer render(notification);
    return render(*text);
  };
  EXPECT_EQ(subject(firing_and_resolved()), "[FIRING:1] GpuTooHot (eu <1> critical)");
  EXPECT_EQ(subject(all_resolved()), "[RESOLVED] GpuTooHot (eu <1> 1 critical)");
  Notification bare = all_resolved();
  bare.group_labels = bare.alerts[0].alert.labels;
  EXPECT_EQ(subject(bare), "[RESOLVED] GpuTooHot eu <1> 1 critical ");
}

TEST(DefaultTemplates, AreReplacedByUsersDefinitions) {
  tmpl::TemplateSet set = templates();
  ASSERT_TRUE(set.add("mine.tmpl", R"({{ define "__subject" }}mine{{ end }})").ok());
  auto text = MessageText::compile({R"({{ template "slack.default.title" . }})"}, set);
  ASSERT_TRUE(text.ok());
  Renderer render(all_resolved());
  EXPECT_EQ(render(*text), "mine");
}

TEST(TemplateData, HasUpstreamsMethods) {
  const auto render = [](const char* text) {
    auto compiled = MessageText::compile({text}, templates());
    EXPECT_TRUE(compiled.ok()) << (compiled.ok() ? "" : compiled.error().message);
    Renderer renderer(firing_and_resolved());
    std::string out = renderer(*compiled);
    return renderer.status().ok() ? out : renderer.status().error().message;
  };
  EXPECT_EQ(render("{{ .CommonLabels }}"),
            "alertname=GpuTooHot, cluster=eu <1>, severity=critical");
  EXPECT_EQ(render("{{ .CommonLabels.Names.Join \"|\" }}"), "alertname|cluster|severity");
  EXPECT_EQ(render("{{ (.CommonLabels.Remove (stringSlice \"cluster\")).Values | join \",\" }}"),
            "GpuTooHot,critical");
  EXPECT_EQ(render("{{ range .CommonLabels.SortedPairs }}{{ .Name }};{{ end }}"),
            "alertname;cluster;severity;");
  EXPECT_EQ(render("{{ .CommonLabels.nope }}|{{ .Receiver }}|{{ .NotificationReason }}"),
            "|web\\.hook|new alerts added");
  EXPECT_EQ(render("{{ (index .Alerts 0).StartsAt }}"), "2023-11-14 22:13:20.123 +0000 UTC");
  EXPECT_EQ(render("{{ (index .Alerts 0).EndsAt.IsZero }}"), "true");
  EXPECT_EQ(render("{{ .RouteLabels.team }} {{ routeLabels \"team\" }}"), "ml ml");
  EXPECT_EQ(render("{{ .GroupLabels | toJson }}"), R"({"alertname":"GpuTooHot"})");
  EXPECT_EQ(render("{{ range $k, $v := .GroupLabels }}{{ $k }}={{ $v }}{{ end }}"),
            "alertname=GpuTooHot");
  EXPECT_EQ(render("{{ len .Alerts.Firing }}{{ len .Alerts.Resolved }}"), "11");
}

TEST(LargeGroup, IsToldByEveryIntegration) {
  Notification outage = firing_and_resolved();
  outage.alerts.clear();
  for (int i = 0; i < 12'000; ++i) {
    outage.alerts.push_back(gpu_alert(std::to_string(i).c_str(), false));
  }
  const auto config = receiver(R"(webhook_configs: [{url: 'http://h'}]
  slack_configs: [{api_url: 'http://s', text: '{{ range .Alerts }}{{ .Labels.gpu }}{{ end }}'}]
  pagerduty_configs: [{routing_key: KEY}]
  email_configs: [{to: a@x.org, from: b@x.org, smarthost: 'm:25', text: '{{ range .Alerts }}{{ template "__text_alert_list" $.Alerts.Resolved }}{{ len .Labels }}{{ end }}'}])");
  EXPECT_GT(build<WebhookMessage>(config.webhooks[0], outage).body.size(), 4u << 20);
  EXPECT_GT(build<SlackMessage>(config.slacks[0], outage).body.size(), 38'000u);
  EXPECT_LT(build<PagerdutyMessage>(config.pagerduties[0], outage).body.size(), 512'000u);
  const auto mail = EmailMessage::compile(config.emails[0], templates());
  ASSERT_TRUE(mail.ok());
  const auto built = mail->build(outage, kIdentity);
  ASSERT_TRUE(built.ok()) << built.error().to_string();
  EXPECT_GT(built->data.size(), 8u << 20);
}

}  // namespace
}  // namespace tocsin::notifiers
