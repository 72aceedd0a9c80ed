#include "engine/net/curl_multi.h"

#include <curl/curl.h>

#include <chrono>
#include <utility>

namespace tocsin::net {

CurlMulti::CurlMulti(Reactor& reactor) : reactor_(reactor) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  multi_ = curl_multi_init();
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlMulti::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlMulti::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kIdleConnectionsMax);
}

CurlMulti::~CurlMulti() {
  close();
  curl_global_cleanup();
}

void CurlMulti::close() {
  for (CurlEasy* easy : std::exchange(idle_, {})) curl_easy_cleanup(easy);
  if (multi_ == nullptr) return;
  curl_multi_cleanup(std::exchange(multi_, nullptr));
  reactor_.cancel(alarm_);
}

CurlEasy* CurlMulti::take() {
  if (idle_.empty()) return curl_easy_init();
  CurlEasy* easy = idle_.back();
  idle_.pop_back();
  return easy;
}

void CurlMulti::recycle(CurlEasy* easy) {
  if (idle_.size() == kIdleHandlesMax || multi_ == nullptr) {
    curl_easy_cleanup(easy);
    return;
  }
  curl_easy_reset(easy);
  idle_.push_back(easy);
}

void CurlMulti::start(CurlEasy* easy, std::function<void(int)> done) {
  if (curl_multi_add_handle(multi_, easy) == CURLM_OK) {
    running_[easy] = std::move(done);
  } else {
    reactor_.post([done = std::move(done)] { done(CURLE_FAILED_INIT); });
  }
}

void CurlMulti::cancel(CurlEasy* easy) {
  if (running_.erase(easy) > 0) curl_multi_remove_handle(multi_, easy);
}

int CurlMulti::on_socket(void*, int descriptor, int what, void* self, void*) {
  auto& multi = *static_cast<CurlMulti*>(self);
  if (what == CURL_POLL_REMOVE) {
    multi.reactor_.unwatch(descriptor);
    return 0;
  }
  const bool read = (what & CURL_POLL_IN) != 0;
  const bool write = (what & CURL_POLL_OUT) != 0;
  multi.reactor_.watch(descriptor, read, write, [&multi, descriptor](bool readable, bool writable) {
    multi.act(descriptor, (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0));
  });
  return 0;
}

int CurlMulti::on_timer(void*, long timeout_ms, void* self) {
  auto& multi = *static_cast<CurlMulti*>(self);
  multi.reactor_.cancel(std::exchange(multi.alarm_, 0));
  multi.wants_turn_ = timeout_ms == 0;
  if (timeout_ms < 0) return 0;
  if (timeout_ms == 0) {
    multi.take_turn();
    return 0;
  }
  multi.alarm_ = multi.reactor_.after(std::chrono::milliseconds(timeout_ms),
                                      [&multi] { multi.act(CURL_SOCKET_TIMEOUT, 0); });
  return 0;
}

// Every transfer starts with a time-out of nothing: without a timer, that costs no system call.
void CurlMulti::take_turn() {
  if (std::exchange(turn_posted_, true)) return;
  reactor_.post([this] {
    turn_posted_ = false;
    if (std::exchange(wants_turn_, false)) act(CURL_SOCKET_TIMEOUT, 0);
  });
}

void CurlMulti::act(int descriptor, int events) {
  if (multi_ == nullptr) return;
  int running = 0;
  curl_multi_socket_action(multi_, descriptor, events, &running);
  collect();
}

void CurlMulti::collect() {
  int left = 0;
  while (multi_ != nullptr) {
    const CURLMsg* message = curl_multi_info_read(multi_, &left);
    if (message == nullptr) return;
    if (message->msg != CURLMSG_DONE) continue;
    CurlEasy* easy = message->easy_handle;
    const CURLcode result = message->data.result;
    const auto found = running_.find(easy);
    if (found == running_.end()) continue;
    const std::function<void(int)> done = std::move(found->second);
    running_.erase(found);
    curl_multi_remove_handle(multi_, easy);
    done(result);
  }
}

}  // namespace tocsin::net
