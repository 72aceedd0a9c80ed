// The pure decisions: reasons, backoff, group times, intake, identities.
#include <gtest/gtest.h>

#include "engine/base/json_writer.h"
#include "notifiers/alert_intake.h"
#include "notifiers/fingerprint.h"
#include "notifiers/go_duration.h"
#include "notifiers/group_clock.h"
#include "notifiers/notification.h"
#include "notifiers/notify_reason.h"
#include "notifiers/outcome.h"
#include "notifiers/retry.h"
#include "notifiers/utf8.h"

namespace tocsin::notifiers {
namespace {

using base::kMinute;
using base::kSecond;
using Hashes = std::vector<uint64_t>;

struct ReasonCase {
  const char* name;
  bool has_entry;
  Hashes told_firing, told_resolved, firing, resolved;
  bool send_resolved;
  base::TimestampMs told_at;
  NotifyReason expected;
};

TEST(NotifyReason, FirstRuleThatAppliesWins) {
  constexpr base::TimestampMs kNow = 1'000'000;
  constexpr base::DurationMs kRepeat = 1'000;
  const ReasonCase cases[] = {
      {"first", false, {}, {}, {1}, {}, true, 0, NotifyReason::kFirstNotification},
      {"only resolved, never told", false, {}, {}, {}, {1}, true, 0, NotifyReason::kNone},
      {"fires again after all resolved",
       true,
       {},
       {1},
       {1},
       {},
       true,
       kNow,
       NotifyReason::kFirstNotification},
      {"new alert", true, {1}, {}, {1, 2}, {}, true, kNow, NotifyReason::kNewAlerts},
      {"all resolved", true, {1}, {}, {}, {1}, true, kNow, NotifyReason::kAllResolved},
      {"all resolved, not to be sent",
       true,
       {1},
       {},
       {},
       {1},
       false,
       kNow,
       NotifyReason::kAllResolved},
      {"still all resolved", true, {}, {1}, {}, {1}, true, kNow, NotifyReason::kNone},
      {"some resolved", true, {1, 2}, {}, {1}, {2}, true, kNow, NotifyReason::kSomeResolved},
      {"some resolved, not to be sent",
       true,
       {1, 2},
       {},
       {1},
       {2},
       false,
       kNow,
       NotifyReason::kNone},
      {"repeat due",
       true,
       {1},
       {},
       {1},
       {},
       true,
       kNow - kRepeat - 1,
       NotifyReason::kRepeatElapsed},
      {"repeat due only later: strictly before",
       true,
       {1},
       {},
       {1},
       {},
       true,
       kNow - kRepeat,
       NotifyReason::kNone},
      {"fewer firing, nothing to tell",
       true,
       {1, 2},
       {2},
       {1},
       {2},
       true,
       kNow,
       NotifyReason::kNone},
  };
  for (const ReasonCase& c : cases) {
    const NotifyLogEntry entry{c.told_firing, c.told_resolved, c.told_at, 0, {}};
    const NotifyReason got = notify_reason({.last = c.has_entry ? &entry : nullptr,
                                            .firing = c.firing,
                                            .resolved = c.resolved,
                                            .send_resolved = c.send_resolved,
                                            .repeat_interval = kRepeat,
                                            .now = kNow});
    EXPECT_EQ(to_string(got), to_string(c.expected)) << c.name;
  }
}

TEST(Retry, DelayGrowsFromTheStartOfTheAttemptUpToTheCap) {
  const RetryPolicy policy;
  const auto delay = [&](uint32_t number, double random) {
    return next_attempt_at(policy, {.number = number, .started_at = 0, .now = 0, .random = random});
  };
  EXPECT_EQ(delay(1, 0.5), 500);
  EXPECT_EQ(delay(2, 0.5), 750);
  EXPECT_EQ(delay(1, 0.0), 250);
  EXPECT_EQ(delay(3, 0.5), 1125);
  EXPECT_EQ(delay(100, 0.5), 60'000);
}

TEST(Retry, NeverInThePastAndNeverBeforeTheReceiverWishes) {
  const RetryPolicy policy;
  EXPECT_EQ(next_attempt_at(policy, {.number = 1, .started_at = 0, .now = 30'000}), 30'000);
  EXPECT_EQ(
      next_attempt_at(policy, {.number = 1, .started_at = 0, .now = 100, .retry_after = 5'000}),
      5'100);
}

TEST(GroupClock, FirstLookWaitsUnlessTheAlertIsOld) {
  const GroupTiming timing{.group_wait = 30 * kSecond, .group_interval = kMinute};
  EXPECT_EQ(first_flush_at(timing, 100'000, 100'000), 130'000);
  EXPECT_EQ(first_flush_at(timing, 100'000, 70'000), 130'000);
  EXPECT_EQ(first_flush_at(timing, 100'000, 69'999), 100'000);
  EXPECT_EQ(next_flush_at(timing, 130'000), 190'000);
  EXPECT_EQ(flush_deadline({.group_interval = kSecond}, 0), 10 * kSecond);
}

base::Alert alert(base::TimestampMs starts_at, base::TimestampMs ends_at, bool timeout = false) {
  base::Alert out;
  out.labels = base::Labels::of({{"alertname", "a"}});
  out.starts_at = starts_at;
  out.ends_at = ends_at;
  out.timeout = timeout;
  return out;
}

TEST(Intake, FillsInWhatIsMissing) {
  const base::Alert bare = complete_alert(alert(0, 0), 1000, 500);
  EXPECT_EQ(bare.starts_at, 1000);
  EXPECT_EQ(bare.ends_at, 1500);
  EXPECT_TRUE(bare.timeout);
  const base::Alert ended = complete_alert(alert(0, 700), 1000, 500);
  EXPECT_EQ(ended.starts_at, 700);
  EXPECT_FALSE(ended.timeout);
}

TEST(Intake, RefusesWithUpstreamsTexts) {
  EXPECT_EQ(validate_alert(alert(10, 5)).error().message, "start time must be before end time");
  base::Alert nameless = alert(1, 2);
  nameless.labels = {};
  EXPECT_EQ(validate_alert(nameless).error().message, "at least one label pair required");
  base::Alert broken = alert(1, 2);
  broken.labels = base::Labels::of({{"a", "\xff"}});
  EXPECT_EQ(validate_alert(broken).error().message, R"(invalid label set: invalid value "\xff")");
  EXPECT_TRUE(validate_alert(alert(5, 5)).ok());
}

TEST(Intake, MergesWhatOverlaps) {
  constexpr base::TimestampMs kNow = 1000;
  const auto ends = [&](const base::Alert& old, const base::Alert& fresh) {
    return merge_alerts(old, fresh, kNow).ends_at;
  };
  EXPECT_EQ(ends(alert(100, 2000), alert(150, 1500)), 2000) << "both fire: the later end";
  EXPECT_EQ(ends(alert(100, 2000, true), alert(150, 1500)), 1500) << "a timeout end gives way";
  EXPECT_EQ(ends(alert(100, 2000), alert(150, 900)), 900) << "resolved now";
  EXPECT_EQ(ends(alert(100, 950), alert(150, 900)), 950) << "both resolved: the later end";
  EXPECT_EQ(merge_alerts(alert(100, 2000), alert(150, 1500), kNow).starts_at, 100);
  EXPECT_EQ(merge_alerts(alert(100, 200), alert(300, 1500), kNow).starts_at, 300) << "apart";
}

TEST(Identity, FingerprintsAndKeysAreUpstreams) {
  EXPECT_EQ(fingerprint_text(fingerprint({})), "cbf29ce484222325");
  EXPECT_EQ(fingerprint_text(fingerprint(base::Labels::of({{"foo", "bar"}}))), "3fff2c2d7595e046");
  const auto labels = base::Labels::of({{"severity", "warning"}, {"alertname", "test1"}});
  EXPECT_EQ(fingerprint_text(fingerprint(labels)), "8f14a41207c8456c");
  EXPECT_EQ(label_set_text(labels), R"({alertname="test1", severity="warning"})");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Notification, AlertsAreSortedByJobThenInstanceThenLabels) {
  const auto item = [](std::initializer_list<base::LabelView> labels) {
    NotifiedAlert out;
    out.alert.labels = base::Labels::of(labels);
    return out;
  };
  std::vector<NotifiedAlert> alerts{item({{"z", "1"}, {"y", "1"}}),
                                    item({{"z", "2"}}),
                                    item({{"z", "1"}}),
                                    item({{"job", "b"}}),
                                    item({{"instance", "i"}}),
                                    item({{"job", "a"}, {"instance", "2"}}),
                                    item({{"job", "a"}, {"instance", "1"}}),
                                    item({{"job", "a"}})};
  sort_alerts(alerts);
  std::string order;
  for (const NotifiedAlert& a : alerts) order += a.alert.labels.to_braces() + ' ';
  EXPECT_EQ(order, R"({instance="1", job="a"} {instance="2", job="a"} {job="a"} {job="b"} )"
                   R"({instance="i"} {z="1"} {z="2"} {y="1", z="1"} )");
}

TEST(Outcome, StatusCodesDecide) {
  const auto kind = [](int status) {
    net::HttpResponse answer;
    answer.status = status;
    return outcome_of_answer(answer, "").kind;
  };
  EXPECT_EQ(kind(204), Outcome::Kind::kSent);
  EXPECT_EQ(kind(500), Outcome::Kind::kRetry);
  EXPECT_EQ(kind(429), Outcome::Kind::kRetry);
  EXPECT_EQ(kind(400), Outcome::Kind::kPermanent);
  EXPECT_EQ(kind(302), Outcome::Kind::kPermanent);
  net::HttpResponse busy;
  busy.status = 429;
  busy.headers = {{"retry-after", "7"}};
  const Outcome outcome = outcome_of_answer(busy, "slow down");
  EXPECT_EQ(outcome.retry_after, 7 * kSecond);
  EXPECT_EQ(outcome.error, "unexpected status code 429: slow down");
  EXPECT_EQ(to_string(outcome.reason), "rateLimited");
}

TEST(Texts, AreCutAtCharacters) {
  bool was_cut = false;
  EXPECT_EQ(truncate_in_runes("äöü", 3, was_cut), "äöü");
  EXPECT_FALSE(was_cut);
  EXPECT_EQ(truncate_in_runes("äöüß", 3, was_cut), "äöü");
  EXPECT_TRUE(was_cut);
  EXPECT_EQ(truncate_in_runes("äöüßabc", 5, was_cut), "äöüß…");
  EXPECT_TRUE(was_cut);
  EXPECT_EQ(trim_space(" \n\xC2\xA0x\xC2\xA0 "), "x");
}

TEST(JsonWriter, EscapesAsGoDoes) {
  std::string out;
  base::append_json_string(out, "a\"\\\n\x01<&>\xff\xE2\x80\xA8 ä");
  EXPECT_EQ(out, R"("a\"\\\n\u0001\u003c\u0026\u003e\ufffd\u2028 ä")");
}

TEST(GoDuration, ReadsUnitsFractionsAndBareNanoseconds) {
  EXPECT_EQ(*parse_go_duration("1h30m"), 90 * kMinute);
  EXPECT_EQ(*parse_go_duration("1.5s"), 1500);
  EXPECT_EQ(*parse_go_duration("500ms"), 500);
  EXPECT_EQ(*parse_go_duration("2000000000"), 2000);
  EXPECT_EQ(*parse_go_duration("0"), 0);
  EXPECT_EQ(parse_go_duration("1d").error().message, R"(time: invalid duration "1d")");
  EXPECT_FALSE(parse_go_duration("").ok());
  EXPECT_FALSE(parse_go_duration("-1s").ok());
}

}  // namespace
}  // namespace tocsin::notifiers
