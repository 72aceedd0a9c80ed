#include "engine/net/reactor.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>
#include <vector>

#include "engine/net/connection.h"
#include "tests/unit/net/net_fixture.h"

namespace tocsin::net {
namespace {

using std::chrono::milliseconds;

/// Two connected sockets.
struct Pair {
  std::array<int, 2> ends{};
  Pair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0); }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair() {
    for (const int end : ends) ::close(end);
  }
  void say() const { EXPECT_EQ(::send(ends[1], "x", 1, 0), 1); }
  void hear() const {
    char byte = 0;
    EXPECT_EQ(::recv(ends[0], &byte, 1, 0), 1);
  }
};

TEST(Reactor, TellsWhatADescriptorIsReadyForAsLongAsItIs) {
  Reactor reactor;
  const Pair pair;
  pair.say();
  std::vector<std::pair<bool, bool>> told;
  reactor.watch(pair.ends[0], true, true, [&](bool readable, bool writable) {
    told.emplace_back(readable, writable);
    if (told.size() == 2) pair.hear();
    if (told.size() == 3) reactor.stop();
  });
  reactor.run();
  EXPECT_EQ(told, (std::vector<std::pair<bool, bool>>{{true, true}, {true, true}, {false, true}}));
  reactor.unwatch(pair.ends[0]);
}

TEST(Reactor, WhatIsWantedMayChangeInsideACall) {
  Reactor reactor;
  const Pair pair;
  std::vector<int> calls;
  reactor.watch(pair.ends[0], false, true, [&, kept = std::string(100, 'x')](bool, bool) {
    calls.push_back(1);
    reactor.watch(pair.ends[0], true, false, [&](bool readable, bool writable) {
      calls.push_back(readable && !writable ? 2 : -1);
      reactor.unwatch(pair.ends[0]);
      reactor.release();
    });
    EXPECT_EQ(kept, std::string(100, 'x'));  // this call's own callback is still there
    pair.say();
  });
  reactor.run();  // ends by itself: nothing is watched any more
  EXPECT_EQ(calls, (std::vector{1, 2}));
}

TEST(Reactor, AnEventOfAWatchThatEndedIsForgotten) {
  Reactor reactor;
  const Pair one, two;
  one.say();
  two.say();
  int calls = 0;
  // Both are ready in the same round; whoever is first ends the other's watch.
  const auto end_both = [&](bool, bool) {
    ++calls;
    reactor.unwatch(one.ends[0]);
    reactor.unwatch(two.ends[0]);
    reactor.release();
  };
  reactor.watch(one.ends[0], true, false, end_both);
  reactor.watch(two.ends[0], true, false, end_both);
  reactor.run();
  EXPECT_EQ(calls, 1);
}

TEST(Reactor, ABrokenConnectionIsReadyForWhatIsWanted) {
  Reactor reactor;
  const Pair pair;
  ::shutdown(pair.ends[1], SHUT_RDWR);
  reactor.watch(pair.ends[0], true, false, [&](bool readable, bool writable) {
    EXPECT_TRUE(readable && !writable);
    reactor.unwatch(pair.ends[0]);
    reactor.release();
  });
  reactor.run();
}

TEST(Reactor, TimersRunInOrderAndNotWhenCancelled) {
  Reactor reactor;
  std::vector<int> order;
  const auto last = reactor.after(std::chrono::hours(1), [&] { order.push_back(3); });
  const auto cancelled = reactor.after(milliseconds(0), [&] { order.push_back(-1); });
  reactor.after(milliseconds(0), [&] {
    order.push_back(1);
    reactor.after(milliseconds(1), [&] {
      order.push_back(2);
      reactor.cancel(last);
    });
  });
  reactor.cancel(cancelled);
  reactor.cancel(cancelled);
  reactor.cancel(0);
  reactor.release();
  reactor.run();
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(Reactor, PostsOfOtherThreadsWakeIt) {
  constexpr int kPosts = 1000;
  Reactor reactor;
  int ran = 0;
  std::thread poster([&] {
    for (int i = 0; i < kPosts; ++i) reactor.post([&] { ++ran; });
    reactor.post([&] { reactor.release(); });
  });
  reactor.run();
  poster.join();
  EXPECT_EQ(ran, kPosts);
}

TEST(Reactor, TasksThatPostOthersLetSocketsHaveTheirTurn) {
  Reactor reactor;
  const Pair pair;
  pair.say();
  bool is_done = false;
  std::function<void()> again = [&] {
    if (!is_done) reactor.post(again);
  };
  again();
  reactor.watch(pair.ends[0], true, false, [&](bool, bool) {
    is_done = true;
    reactor.unwatch(pair.ends[0]);
    reactor.release();
  });
  reactor.run();
  EXPECT_TRUE(is_done);
}

/// Gives a connection to the pool as soon as it is there.
class Giver final : public Connection::User {
 public:
  explicit Giver(ConnectionPool& pool) : pool_(pool) {}
  std::unique_ptr<Connection> connection;

 private:
  void on_ready(Connection& ready, bool, bool) override {
    EXPECT_EQ(ready.connect_error(), 0);
    ready.want_write(false);
    pool_.give(std::move(connection));
  }
  ConnectionPool& pool_;
};

TEST(ConnectionPool, ClosesWhatIsIdleForTooLong) {
  Reactor reactor;
  ConnectionPool pool(reactor, milliseconds(10));
  Giver giver(pool);
  const testing::SilentSocket server(testing::SilentSocket::Kind::kTcp);
  auto opened = Connection::open(reactor, {"peer:1", "127.0.0.1", server.port()}, giver);
  ASSERT_TRUE(opened.ok());
  giver.connection = *std::move(opened);
  reactor.release();
  reactor.run();  // ends by itself: the connection is closed, and no timer is left
  EXPECT_EQ(pool.take("peer:1"), nullptr);
  const int accepted = server.accept();
  char byte = 0;
  EXPECT_EQ(::recv(accepted, &byte, 1, 0), 0);
  ::close(accepted);
}

}  // namespace
}  // namespace tocsin::net
