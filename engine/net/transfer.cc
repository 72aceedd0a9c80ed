#include "engine/net/transfer.h"

#include <curl/curl.h>

#include <utility>

#include "engine/net/loop_core.h"

namespace tocsin::net {

using base::Code;

void CurlList::add(const std::string& line) {
  list_ = curl_slist_append(static_cast<curl_slist*>(list_), line.c_str());
}

void CurlList::clear() {
  curl_slist_free_all(static_cast<curl_slist*>(std::exchange(list_, nullptr)));
}

std::string resolve_line(const std::string& host, uint16_t port, const Addresses& addresses) {
  std::string line = host + ":" + std::to_string(port) + ":";
  for (const std::string& address : addresses) {
    if (&address != &addresses.front()) line += ',';
    line += address.find(':') == std::string::npos ? address : "[" + address + "]";
  }
  return line;
}

void forbid_lookups(void* easy) {
  curl_easy_setopt(
      easy, CURLOPT_RESOLVER_START_FUNCTION, +[](void*, void*, void*) -> int { return 1; });
}

bool Transfer::take_easy() {
  easy_ = loop().curl.take();
  if (easy_ == nullptr) fail({Code::kInternal, "libcurl is out of memory"});
  return easy_ != nullptr;
}

void Transfer::start_easy() {
  auto self = std::static_pointer_cast<Transfer>(shared_from_this());
  loop().curl.start(easy_, [self = std::move(self)](int code) { self->on_transferred(code); });
}

void Transfer::release() {
  if (easy_ == nullptr) return;
  loop().curl.cancel(easy_);
  loop().curl.recycle(std::exchange(easy_, nullptr));
}

}  // namespace tocsin::net
