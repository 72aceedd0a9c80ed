// A small TLS server with a certificate of its own, for the tests of net.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include "tests/unit/net/net_fixture.h"

namespace tocsin::testing {

struct TlsServerOptions {
  bool only_tls13 = false;
  bool wants_client_certificate = false;  ///< One that its own certificate signed.
};

/// Answers every request with "secure". Its self-signed certificate names 127.0.0.1 and
/// tocsin.test.
class TlsServer {
 public:
  explicit TlsServer(TlsServerOptions options = {});
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer();

  std::string url(std::string_view host) const;
  static const std::string& cert_file();
  static const std::string& key_file();
  static const std::string& ca_file() { return cert_file(); }
  static std::string ca_text();

 private:
  void serve() const;

  void* context_;  // SSL_CTX
  int socket_;
  uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace tocsin::testing
