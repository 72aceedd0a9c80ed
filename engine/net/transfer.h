// One libcurl transfer on a loop.
#pragma once

#include <memory>
#include <string>

#include "engine/net/operation.h"

namespace tocsin::net {

/// A curl_slist. Must outlive the use of the handles it is given to.
class CurlList {
 public:
  CurlList() = default;
  CurlList(const CurlList&) = delete;
  CurlList& operator=(const CurlList&) = delete;
  ~CurlList() { clear(); }
  void add(const std::string& line);
  void clear();
  void* get() const { return list_; }  ///< A curl_slist, or nullptr when empty.

 private:
  void* list_ = nullptr;
};

/// CURLOPT_RESOLVE's line: "host:port:address,[address]".
std::string resolve_line(const std::string& host, uint16_t port, const Addresses& addresses);

/// Makes `easy` use only addresses that were looked up before: a name that is not in its resolve
/// list fails, because libcurl's own look-up can block its thread for seconds.
void forbid_lookups(void* easy);

/// An operation that libcurl carries out.
class Transfer : public Operation {
 public:
  using Operation::Operation;

 protected:
  virtual void on_transferred(int curl_code) = 0;

  /// Takes a handle for easy(). False: there is none, and the operation has failed.
  bool take_easy();
  void start_easy();
  void* easy() const { return easy_; }
  void release() override;

 private:
  void* easy_ = nullptr;
};

}  // namespace tocsin::net
