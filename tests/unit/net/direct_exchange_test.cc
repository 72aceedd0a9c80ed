// GET over connections of our own, against servers that behave oddly.
#include <gtest/gtest.h>

#include "tests/unit/net/scripted_server.h"

namespace tocsin::testing {
namespace {

using base::Code;

const std::string kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST(DirectExchange, SendsTheRequestOnceAndWhole) {
  std::string seen;
  ScriptedServer server([&](const ScriptedPeer& peer, int) {
    seen = peer.read_request();
    peer.say(kAnswer);
  });
  ClientFixture client;
  const auto answer = client.send({.url = server.url("/m?x=1"), .headers = {{"User-Agent", "me"}}});
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->body, "ok");
  EXPECT_EQ(answer->reason, "OK");
  EXPECT_EQ(seen, "GET /m?x=1 HTTP/1.1\r\nHost: " + server.address() +
                      "\r\nAccept: */*\r\nUser-Agent: me\r\n"
                      "Accept-Encoding: gzip, deflate, zstd\r\n\r\n");
}

TEST(DirectExchange, AnIdleConnectionThatTheServerClosedIsNotUsed) {
  ScriptedServer server([](const ScriptedPeer& peer, int) {
    peer.read_request();
    peer.say(kAnswer);
  });
  ClientFixture client;
  for (int i = 0; i < 5; ++i) {
    const auto answer = client.get(server.url());
    ASSERT_TRUE(answer.ok()) << answer.error().message;
  }
  EXPECT_EQ(server.connections(), 5);
}

TEST(DirectExchange, ARequestThatMeetsTheCloseIsSentOnceMore) {
  ScriptedServer server([](const ScriptedPeer& peer, int connection) {
    peer.read_request();
    peer.say(kAnswer);
    if (connection > 0) return;
    // The second request arrives and is dropped with the connection.
    peer.read_request();
    peer.reset_on_close();
  });
  ClientFixture client;
  EXPECT_TRUE(client.get(server.url()).ok());
  const auto answer = client.get(server.url());
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(server.connections(), 2);
}

TEST(DirectExchange, AFreshConnectionThatClosesIsAnError) {
  ScriptedServer server([](const ScriptedPeer& peer, int) { peer.read_request(); });
  ClientFixture client;
  const auto answer = client.get(server.url());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().message,
            server.address() + ": EOF: the server closed the connection without an answer");
  EXPECT_EQ(server.connections(), 1);
}

TEST(DirectExchange, AnAnswerOnceBegunIsNotAskedForAgain) {
  ScriptedServer server([](const ScriptedPeer& peer, int) {
    peer.read_request();
    peer.say(kAnswer);
    peer.read_request();
    peer.say(kAnswer.substr(0, kAnswer.size() - 1));
  });
  ClientFixture client;
  EXPECT_TRUE(client.get(server.url()).ok());
  const auto answer = client.get(server.url());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().message, server.address() + ": unexpected EOF: the answer was cut off");
  EXPECT_EQ(server.connections(), 1);
}

TEST(DirectExchange, AResetIsReported) {
  ScriptedServer server([](const ScriptedPeer& peer, int) {
    peer.read_request();
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    peer.reset_on_close();
  });
  ClientFixture client;
  const auto answer = client.get(server.url());
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, Code::kUnavailable);
  EXPECT_EQ(answer.error().message, server.address() + ": read: connection reset by peer");
}

TEST(DirectExchange, UnaskedBytesEndTheConnection) {
  ScriptedServer server([](const ScriptedPeer& peer, int) {
    peer.read_request();
    peer.say(kAnswer + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    peer.read_request();  // ends with the client's close
  });
  ClientFixture client;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(client.get(server.url())->body, "ok");
  EXPECT_EQ(server.connections(), 3);
}

TEST(DirectExchange, ABodyThatNeverEndsMeetsTheDeadline) {
  ScriptedServer server([](const ScriptedPeer& peer, int) {
    peer.read_request();
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nslow");
    peer.read_request();  // ends with the client's close
  });
  ClientFixture client;
  const auto answer = client.send({.url = server.url(), .timeout = 50});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, Code::kTimeout);
  EXPECT_EQ(answer.error().message, server.address() + ": context deadline exceeded");
}

TEST(DirectExchange, ABodyThatTricklesMeetsTheDeadline) {
  ScriptedServer server([](const ScriptedPeer& peer, int) {
    peer.read_request();
    peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const timeval pace{0, 5000};
    for (int i = 0; i < 1000 && !peer.is_closed(pace); ++i) peer.say("1\r\nx\r\n");
  });
  ClientFixture client;
  const auto answer = client.send({.url = server.url(), .timeout = 60});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, Code::kTimeout);
}

TEST(DirectExchange, LargeAnswersArriveInPieces) {
  std::string body;
  for (int i = 0; body.size() < 5'000'000; ++i) body += std::to_string(i) + ' ';
  ScriptedServer server([&](const ScriptedPeer& peer, int) {
    while (!peer.read_request().empty()) {
      peer.say("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
      peer.say(body);
    }
  });
  ClientFixture client;
  for (int i = 0; i < 3; ++i) {
    auto answer = client.get(server.url());
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->body, body);
    client.client().recycle(std::move(answer->body));
  }
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(client.loop().stats().requests, 3u);
}

TEST(DirectExchange, TriesTheNextAddressOfAName) {
  // "localhost" usually has ::1 first, where nobody listens.
  ScriptedServer server([](const ScriptedPeer& peer, int) {
    peer.read_request();
    peer.say(kAnswer);
  });
  ClientFixture client;
  const std::string port = server.address().substr(server.address().find(':'));
  const auto answer = client.get("http://localhost" + port + "/");
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->body, "ok");
}

TEST(DirectExchange, CancelledWhileTheAnswerIsRead) {
  std::promise<void> begun;
  ScriptedServer server([&](const ScriptedPeer& peer, int) {
    peer.read_request();
    peer.say("HTTP/1.1 200 OK\r\n");
    begun.set_value();
    peer.read_request();
  });
  std::future<base::Result<net::HttpResponse>> pending;
  {
    ClientFixture client;
    pending = client.start({.url = server.url()});
    begun.get_future().wait();
  }
  EXPECT_EQ(pending.get().error().code, Code::kCancelled);
}

}  // namespace
}  // namespace tocsin::testing
