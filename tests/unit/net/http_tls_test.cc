// TLS of the client, against a server program with certificates made for the test.
#include <gtest/gtest.h>

#include "tests/unit/net/net_fixture.h"
#include "tests/unit/net/tls_server.h"

namespace tocsin::testing {
namespace {

using net::HttpClientConfig;

std::string message_of(const base::Result<net::HttpResponse>& answer) {
  return answer ? "answered " + std::to_string(answer->status) : answer.error().message;
}

TEST(HttpTls, TrustsTheConfiguredAuthority) {
  TlsServer server;
  HttpClientConfig config;
  config.tls.ca_file = server.ca_file();
  ClientFixture client(config);
  const auto answer = client.get(server.url("127.0.0.1"));
  ASSERT_TRUE(answer.ok()) << answer.error().message;
  EXPECT_EQ(answer->body, "secure");
}

TEST(HttpTls, AcceptsAnInlineAuthority) {
  TlsServer server;
  HttpClientConfig config;
  config.tls.ca = server.ca_text();
  EXPECT_EQ(message_of(ClientFixture(config).get(server.url("127.0.0.1"))), "answered 200");
}

TEST(HttpTls, RefusesUnknownAuthorities) {
  TlsServer server;
  const auto answer = ClientFixture().get(server.url("127.0.0.1"));
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, base::Code::kUnavailable);
  EXPECT_NE(answer.error().message.find("tls: failed to verify certificate: "), std::string::npos);
}

TEST(HttpTls, VerifiesTheNameUnlessToldAnother) {
  TlsServer server;
  HttpClientConfig config;
  config.tls.ca_file = server.ca_file();
  EXPECT_NE(message_of(ClientFixture(config).get(server.url("localhost"))).find("tls: "),
            std::string::npos);
  config.tls.server_name = "tocsin.test";
  EXPECT_EQ(message_of(ClientFixture(config).get(server.url("localhost"))), "answered 200");
  config.tls.server_name = "other.test";
  EXPECT_NE(message_of(ClientFixture(config).get(server.url("127.0.0.1"))).find("tls: "),
            std::string::npos);
}

TEST(HttpTls, VerificationCanBeTurnedOff) {
  TlsServer server;
  HttpClientConfig config;
  config.tls.insecure_skip_verify = true;
  EXPECT_EQ(message_of(ClientFixture(config).get(server.url("localhost"))), "answered 200");
}

TEST(HttpTls, ReadsAnAuthorityFileAnewWhenItChanges) {
  TlsServer server;
  const std::string file = scratch_folder() + "/ca.pem";
  write_file(file, "not a certificate");
  HttpClientConfig config;
  config.tls.ca_file = file;
  ClientFixture client(config);
  EXPECT_FALSE(client.get(server.url("127.0.0.1")).ok());
  write_file(file, server.ca_text());
  EXPECT_EQ(message_of(client.get(server.url("127.0.0.1"))), "answered 200");
}

TEST(HttpTls, MaxVersionIsObeyed) {
  TlsServer server({.only_tls13 = true});
  HttpClientConfig config;
  config.tls.ca_file = server.ca_file();
  config.tls.max_version = "TLS12";
  EXPECT_NE(message_of(ClientFixture(config).get(server.url("127.0.0.1"))).find("tls: "),
            std::string::npos);
}

TEST(HttpTls, PresentsAClientCertificate) {
  TlsServer server({.wants_client_certificate = true});
  HttpClientConfig config;
  config.tls.ca_file = server.ca_file();
  EXPECT_FALSE(ClientFixture(config).get(server.url("127.0.0.1")).ok());
  config.tls.cert_file = server.cert_file();
  config.tls.key_file = server.key_file();
  EXPECT_EQ(message_of(ClientFixture(config).get(server.url("127.0.0.1"))), "answered 200");
}

}  // namespace
}  // namespace tocsin::testing
