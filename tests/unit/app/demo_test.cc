#include "engine/app/demo/fleet.h"
#include "engine/app/demo/inbox.h"
#include "engine/app/demo/smtp_session.h"
#include "engine/app/demo/story.h"
#include "engine/app/demo/timeline.h"
#include "tests/support/fake_time.h"
#include "tests/unit/app/folder.h"

namespace tocsin::app::demo {
namespace {

TEST(Story, BeginsAndEndsQuietlyAndRepeats) {
  const auto quiet = [](const Trouble& trouble) {
    return !trouble.hot_gpu && !trouble.full_memory && !trouble.ollama_errors &&
           !trouble.vllm_slow && !trouble.node_gone;
  };
  EXPECT_TRUE(quiet(trouble_at(0)));
  EXPECT_TRUE(quiet(trouble_at(kStoryLength - 1)));
  Trouble seen;
  for (base::DurationMs t = 0; t < kStoryLength; t += base::kSecond) {
    const Trouble now = trouble_at(t);
    EXPECT_EQ(now.hot_gpu, trouble_at(t + kStoryLength).hot_gpu) << t;
    seen.hot_gpu |= now.hot_gpu;
    seen.full_memory |= now.full_memory;
    seen.ollama_errors |= now.ollama_errors;
    seen.vllm_slow |= now.vllm_slow;
    seen.node_gone |= now.node_gone;
  }
  EXPECT_TRUE(seen.hot_gpu && seen.full_memory && seen.ollama_errors && seen.vllm_slow &&
              seen.node_gone);
}

TEST(Fleet, ServesItsExportersOnly) {
  testing::FakeClock clock;
  Fleet fleet(clock, 1);
  for (const char* path :
       {"/gpu-0/metrics", "/gpu-3/metrics", "/ollama-1/metrics", "/vllm-0/metrics"}) {
    const auto text = fleet.scrape(path);
    ASSERT_TRUE(text.has_value()) << path;
    EXPECT_NE(text->find("# TYPE "), std::string::npos);
  }
  for (const char* path : {"/", "/metrics", "/gpu-9/metrics", "/gpu-/metrics", "/gpu--1/metrics",
                           "/gpu-0", "/tpu-0/metrics", "/gpu-0/metrics/"}) {
    EXPECT_FALSE(fleet.scrape(path).has_value()) << path;
  }
}

TEST(Fleet, LosesANodeWhenTheStorySaysSo) {
  testing::FakeClock clock;
  Fleet fleet(clock, 1);
  bool gone = false;
  for (base::DurationMs t = 0; t < kStoryLength; t += base::kSecond) {
    EXPECT_EQ(!fleet.scrape("/gpu-3/metrics").has_value(), trouble_at(t).node_gone) << t;
    gone |= trouble_at(t).node_gone;
    clock.advance(base::kSecond);
  }
  EXPECT_TRUE(gone);
}

TEST(SmtpSession, TakesOneMail) {
  std::vector<Mail> mails;
  SmtpSession session([&](Mail mail) { mails.push_back(std::move(mail)); });
  EXPECT_EQ(SmtpSession::greeting().substr(0, 3), "220");
  EXPECT_EQ(session.line("EHLO me").substr(0, 4), "250-");
  EXPECT_EQ(session.line("DATA").substr(0, 3), "503");
  EXPECT_EQ(session.line("mail from:<a@b> SIZE=9").substr(0, 3), "250");
  EXPECT_EQ(session.line("RCPT TO:<c@d>").substr(0, 3), "250");
  EXPECT_EQ(session.line("DATA").substr(0, 3), "354");
  for (const char* line : {"From: a@b", "subject: =?utf-8?q?Hot_=F0=9F=94=A5?=",
                           "\t=?utf-8?b?ISE=?=", "", "body", "..dot"}) {
    EXPECT_EQ(session.line(line), "");
  }
  EXPECT_EQ(session.line(".").substr(0, 3), "250");
  ASSERT_EQ(mails.size(), 1u);
  EXPECT_EQ(mails[0].from, "a@b");
  EXPECT_EQ(mails[0].to, "c@d");
  EXPECT_EQ(mails[0].subject, "Hot 🔥!!");
  EXPECT_EQ(mails[0].body, "body\r\n.dot\r\n");
  EXPECT_FALSE(session.done());
  EXPECT_EQ(session.line("QUIT").substr(0, 3), "221");
  EXPECT_TRUE(session.done());
}

TEST(SmtpSession, BoundsTheData) {
  SmtpSession session([](const Mail&) { FAIL(); });
  session.line("MAIL FROM:<a@b>");
  session.line("RCPT TO:<c@d>");
  session.line("DATA");
  const std::string line(1000, 'x');
  for (int i = 0; i < 2000 && !session.done(); ++i) session.line(line);
  EXPECT_TRUE(session.done());
  EXPECT_EQ(session.line("VRFY"), session.line("VRFY"));
}

TEST(DecodeHeader, LeavesOtherTextAlone) {
  EXPECT_EQ(decode_header("plain =? text"), "plain =? text");
  EXPECT_EQ(decode_header("=?utf-8?q?a_b=3D?= c"), "a b= c");
  EXPECT_EQ(decode_header("=?utf-8?B?aGk=?="), "hi");
  EXPECT_EQ(decode_header("=?utf-8?q?cut"), "=?utf-8?q?cut");
}

TEST(Inbox, WaitsForBothMessagesOfEveryChannel) {
  size_t heard = 0;
  Inbox inbox([&](const Message&) { ++heard; });
  for (const Channel channel : kChannels) {
    EXPECT_FALSE(inbox.complete());
    inbox.deliver({channel, false, "t", ""});
    if (channel != Channel::kEmail) inbox.deliver({channel, true, "t", ""});
  }
  EXPECT_EQ(inbox.missing(), "email: resolved");
  inbox.deliver({Channel::kEmail, true, "t", ""});
  EXPECT_TRUE(inbox.complete());
  EXPECT_EQ(heard, 8u);
}

rules::AlertView alert(rules::AlertState state) {
  rules::AlertView out;
  out.labels = base::Labels::of({{"alertname", "Hot"}, {"instance", "gpu-2"}, {"gpu", "5"}});
  out.annotations = base::Labels::of({{"summary", "It is hot"}});
  out.state = state;
  return out;
}

TEST(Timeline, ShowsChangesOnly) {
  testing::FakeClock clock;
  Timeline timeline(clock, false);
  ::testing::internal::CaptureStdout();
  timeline.on_alerts({alert(rules::AlertState::kPending)});
  clock.advance(12'345);
  timeline.on_alerts({alert(rules::AlertState::kPending)});
  timeline.on_alerts({alert(rules::AlertState::kFiring)});
  timeline.on_message({Channel::kSlack, true, "T", "one\n\ntwo"});
  timeline.on_alerts({});
  EXPECT_EQ(::testing::internal::GetCapturedStdout(),
            "   0.0s  pending     Hot gpu-2 gpu 5: It is hot\n"
            "  12.3s  firing      Hot gpu-2 gpu 5: It is hot\n"
            "  12.3s  sent        → slack [resolved] T\n"
            "                         one\n"
            "                         two\n"
            "  12.3s  resolved    Hot gpu-2 gpu 5\n");
}

}  // namespace
}  // namespace tocsin::app::demo
