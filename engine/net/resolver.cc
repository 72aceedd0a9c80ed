#include "engine/net/resolver.h"

#include <ares.h>
#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <unordered_map>
#include <utility>

namespace tocsin::net {
namespace {

using base::Code;
using base::Error;
using Steady = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kAskTimeoutMs = 2000;
constexpr int kTries = 2;

Error lookup_error(const std::string& host, int status) {
  const std::string what = "lookup " + host + ": ";
  switch (status) {
    case ARES_ENOTFOUND:
    case ARES_ENODATA:
    case ARES_ENONAME:
      return {Code::kUnavailable, what + "no such host"};
    case ARES_ETIMEOUT:
    case ARES_ECONNREFUSED:
      return {Code::kUnavailable, what + "the name server does not answer"};
    case ARES_EBADNAME:
      return {Code::kInvalid, what + "not a valid host name"};
    case ARES_ECANCELLED:
    case ARES_EDESTRUCTION:
      return {Code::kCancelled, what + "cancelled"};
    default:
      return {Code::kUnavailable, what + ares_strerror(status)};
  }
}

std::string address_text(const ares_addrinfo_node& node) {
  char text[INET6_ADDRSTRLEN] = {};
  const void* bytes = nullptr;
  if (node.ai_family == AF_INET) {
    bytes = &reinterpret_cast<const sockaddr_in*>(node.ai_addr)->sin_addr;
  } else if (node.ai_family == AF_INET6) {
    bytes = &reinterpret_cast<const sockaddr_in6*>(node.ai_addr)->sin6_addr;
  }
  if (bytes == nullptr || inet_ntop(node.ai_family, bytes, text, sizeof(text)) == nullptr)
    return {};
  return text;
}

/// One lookup under way and those who wait for it.
struct Lookup {
  std::vector<ResolveCallback> waiting;
  Reactor::TimerId patience = 0;
  bool is_overdue = false;  // patience ran out: old addresses are served at once
};

struct Known {
  Addresses addresses;
  Steady::time_point fresh_until;
};

}  // namespace

bool is_address(const std::string& host) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(AF_INET, host.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes) == 1;
}

struct Resolver::Impl {
  /// What c-ares hands back with an answer.
  struct Question {
    Impl& resolver;
    std::string host;
  };

  Reactor& reactor;
  const ResolverOptions options;
  ares_channel channel = nullptr;
  int init_status = ARES_SUCCESS;
  Reactor::TimerId alarm = 0;
  std::unordered_map<std::string, Known> known;
  std::unordered_map<std::string, Lookup> lookups;
  std::atomic<uint64_t> asked{0};

  Impl(Reactor& r, ResolverOptions o) : reactor(r), options(std::move(o)) {
    ares_library_init(ARES_LIB_INIT_ALL);
    ares_options setup{};
    setup.timeout = kAskTimeoutMs;
    setup.tries = kTries;
    setup.sock_state_cb = [](void* self, ares_socket_t fd, int read, int write) {
      static_cast<Impl*>(self)->on_socket(fd, read != 0, write != 0);
    };
    setup.sock_state_cb_data = this;
    init_status = ares_init_options(&channel, &setup,
                                    ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
    if (init_status == ARES_SUCCESS && !options.name_servers.empty()) {
      init_status = ares_set_servers_ports_csv(channel, options.name_servers.c_str());
    }
  }

  ~Impl() {
    close();
    ares_library_cleanup();
  }

  void close() {
    if (channel == nullptr) return;
    ares_destroy(std::exchange(channel, nullptr));
    reactor.cancel(alarm);
  }

  void on_socket(int fd, bool read, bool write) {
    if (!read && !write) {
      reactor.unwatch(fd);
      return;
    }
    reactor.watch(fd, read, write, [this, fd](bool readable, bool writable) {
      process(readable ? fd : ARES_SOCKET_BAD, writable ? fd : ARES_SOCKET_BAD);
    });
  }

  void process(ares_socket_t read, ares_socket_t write) {
    if (channel == nullptr) return;
    ares_process_fd(channel, read, write);
    arm_alarm();
  }

  /// c-ares counts its time-outs only when it is called.
  void arm_alarm() {
    if (channel == nullptr) return;
    reactor.cancel(alarm);
    alarm = 0;
    timeval left{};
    if (ares_timeout(channel, nullptr, &left) == nullptr) return;
    const auto delay = std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec);
    alarm = reactor.after(delay, [this] { process(ARES_SOCKET_BAD, ARES_SOCKET_BAD); });
  }

  void ask(const std::string& host, ResolveCallback done) {
    const bool is_new = !lookups.contains(host);
    Lookup& lookup = lookups[host];
    lookup.waiting.push_back(std::move(done));
    if (!is_new) {
      if (lookup.is_overdue) serve_stale(host);
      return;
    }
    if (known.contains(host)) {
      lookup.patience =
          reactor.after(milliseconds(options.patience), [this, host] { serve_stale(host); });
    }
    asked.fetch_add(1, std::memory_order_relaxed);
    ares_addrinfo_hints hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    ares_getaddrinfo(channel, host.c_str(), nullptr, &hints, on_answer, new Question{*this, host});
    arm_alarm();
  }

  static void on_answer(void* arg, int status, int, ares_addrinfo* answer) {
    const std::unique_ptr<Question> question(static_cast<Question*>(arg));
    Impl& self = question->resolver;
    if (status == ARES_SUCCESS) self.remember(question->host, *answer);
    if (answer != nullptr) ares_freeaddrinfo(answer);
    // Callers run from the queue: c-ares is in the middle of its own work here.
    if (status == ARES_ECANCELLED || status == ARES_EDESTRUCTION) {
      self.finish(question->host, status);
    } else {
      self.reactor.post([&self, host = question->host, status] { self.finish(host, status); });
    }
  }

  void remember(const std::string& host, const ares_addrinfo& answer) {
    Known entry;
    base::DurationMs ttl = kTtlMax;
    for (const ares_addrinfo_node* node = answer.nodes; node != nullptr; node = node->ai_next) {
      std::string text = address_text(*node);
      if (text.empty()) continue;
      entry.addresses.push_back(std::move(text));
      ttl = std::min<base::DurationMs>(ttl, node->ai_ttl * base::kSecond);
    }
    if (entry.addresses.empty()) return;
    entry.fresh_until = Steady::now() + milliseconds(std::max(ttl, options.ttl_min));
    if (known.size() >= kNamesMax && !known.contains(host)) known.erase(known.begin());
    known[host] = std::move(entry);
  }

  void serve_stale(const std::string& host) {
    const auto found = lookups.find(host);
    const auto entry = known.find(host);
    if (found == lookups.end() || entry == known.end()) return;
    found->second.is_overdue = true;
    const auto waiting = std::exchange(found->second.waiting, {});
    const Addresses addresses = entry->second.addresses;  // a callback may change the table
    for (const ResolveCallback& done : waiting) done(addresses);
  }

  void finish(const std::string& host, int status) {
    const auto found = lookups.find(host);
    if (found == lookups.end()) return;
    const Lookup lookup = std::move(found->second);
    lookups.erase(found);
    reactor.cancel(lookup.patience);
    const auto entry = known.find(host);
    const bool is_cancelled = status == ARES_ECANCELLED || status == ARES_EDESTRUCTION;
    if (entry == known.end() || is_cancelled) {
      const int reason = status == ARES_SUCCESS ? ARES_ENODATA : status;
      for (const ResolveCallback& done : lookup.waiting) done(lookup_error(host, reason));
      return;
    }
    const Addresses addresses = entry->second.addresses;  // a callback may change the table
    for (const ResolveCallback& done : lookup.waiting) done(addresses);
  }
};

Resolver::Resolver(Reactor& reactor, ResolverOptions options)
    : impl_(std::make_unique<Impl>(reactor, std::move(options))) {}
Resolver::~Resolver() = default;

void Resolver::resolve(const std::string& host, ResolveCallback done) {
  if (is_address(host)) return done(Addresses{host});
  if (impl_->channel == nullptr || impl_->init_status != ARES_SUCCESS) {
    const int status = impl_->channel == nullptr ? ARES_ECANCELLED : impl_->init_status;
    return done(lookup_error(host, status));
  }
  const auto known = impl_->known.find(host);
  if (known != impl_->known.end() && Steady::now() < known->second.fresh_until) {
    const Addresses addresses = known->second.addresses;
    return done(addresses);
  }
  impl_->ask(host, std::move(done));
}

void Resolver::close() { impl_->close(); }
uint64_t Resolver::lookups() const { return impl_->asked.load(std::memory_order_relaxed); }

}  // namespace tocsin::net
