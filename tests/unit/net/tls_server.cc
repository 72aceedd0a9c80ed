#include "tests/unit/net/tls_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>

#include "engine/net/sigpipe.h"

namespace tocsin::testing {
namespace {

struct Certificate {
  std::string cert, key;
  Certificate() {
    const std::string folder = scratch_folder();
    cert = folder + "/cert.pem";
    key = folder + "/key.pem";
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "
        "/CN=test "
        "-addext subjectAltName=IP:127.0.0.1,DNS:tocsin.test -keyout " +
        key + " -out " + cert + " 2>/dev/null";
    EXPECT_EQ(std::system(command.c_str()), 0);
  }
};

const Certificate& certificate() {
  static const Certificate made;
  return made;
}

void answer(SSL* tls) {
  if (SSL_accept(tls) != 1) return;
  std::string request;
  char piece[1024];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const int bytes = SSL_read(tls, piece, sizeof(piece));
    if (bytes <= 0) return;
    request.append(piece, static_cast<size_t>(bytes));
  }
  constexpr std::string_view kAnswer =
      "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecure";
  SSL_write(tls, kAnswer.data(), static_cast<int>(kAnswer.size()));
  SSL_shutdown(tls);
}

}  // namespace

TlsServer::TlsServer(TlsServerOptions options)
    : context_(SSL_CTX_new(TLS_server_method())), socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  auto* context = static_cast<SSL_CTX*>(context_);
  EXPECT_EQ(SSL_CTX_use_certificate_file(context, cert_file().c_str(), SSL_FILETYPE_PEM), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey_file(context, key_file().c_str(), SSL_FILETYPE_PEM), 1);
  if (options.only_tls13) SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  if (options.wants_client_certificate) {
    SSL_CTX_load_verify_file(context, cert_file().c_str());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::listen(socket_, 16), 0);
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

TlsServer::~TlsServer() {
  ::shutdown(socket_, SHUT_RDWR);
  thread_.join();
  ::close(socket_);
  SSL_CTX_free(static_cast<SSL_CTX*>(context_));
}

void TlsServer::serve() const {
  net::block_sigpipe();
  for (;;) {
    const int connection = ::accept(socket_, nullptr, nullptr);
    if (connection < 0) return;
    const std::unique_ptr<SSL, void (*)(SSL*)> tls(SSL_new(static_cast<SSL_CTX*>(context_)),
                                                   SSL_free);
    SSL_set_fd(tls.get(), connection);
    answer(tls.get());
    ::close(connection);
  }
}

std::string TlsServer::url(std::string_view host) const {
  return "https://" + std::string(host) + ":" + std::to_string(port_) + "/";
}

const std::string& TlsServer::cert_file() { return certificate().cert; }
const std::string& TlsServer::key_file() { return certificate().key; }

std::string TlsServer::ca_text() {
  std::ostringstream text;
  text << std::ifstream(cert_file()).rdbuf();
  return text.str();
}

}  // namespace tocsin::testing
