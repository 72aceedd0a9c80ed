#include "engine/net/http_config.h"

#include <gtest/gtest.h>

namespace tocsin::net {
namespace {

base::Result<HttpClientConfig> read(const char* yaml) {
  ASSIGN_OR_RETURN(const config::YamlNode node, config::parse_yaml_document(yaml, "/c/p.yml"));
  return parse_http_config(node);
}

std::string error_of(const char* yaml) {
  const auto config = read(yaml);
  return config ? "accepted" : config.error().message;
}

TEST(HttpConfig, ReadsEveryKey) {
  const auto config = read(
      "basic_auth: {username: u, password_file: secret.txt}\n"
      "tls_config: {ca_file: ca.pem, server_name: s, min_version: TLS12}\n"
      "proxy_url: http://p:1\nfollow_redirects: false\nenable_http2: no\n"
      "http_headers: {X-A: {values: [v]}, X-B: {secrets: [s]}}\n");
  ASSERT_TRUE(config.ok()) << config.error().to_string();
  EXPECT_EQ(config->basic_auth->password_file, "/c/secret.txt");
  EXPECT_EQ(config->tls.ca_file, "/c/ca.pem");
  EXPECT_EQ(config->proxy_url, "http://p:1");
  EXPECT_FALSE(config->follow_redirects);
  EXPECT_FALSE(config->enable_http2);
  EXPECT_EQ(config->headers.at("X-B").reveal(), "s");
}

TEST(HttpConfig, BearerTokenIsAuthorization) {
  const auto config = read("bearer_token: t");
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->authorization->type, "Bearer");
  EXPECT_EQ(config->authorization->credentials.reveal(), "t");
}

TEST(HttpConfig, KeysExcludeEachOtherWithUpstreamsTexts) {
  EXPECT_EQ(error_of("{bearer_token: a, bearer_token_file: b}"),
            "at most one of bearer_token & bearer_token_file must be configured");
  EXPECT_EQ(error_of("{bearer_token: a, basic_auth: {username: u}}"),
            "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be "
            "configured");
  EXPECT_EQ(error_of("{bearer_token: a, authorization: {credentials: c}}"),
            "authorization is not compatible with bearer_token & bearer_token_file");
  EXPECT_EQ(error_of("{basic_auth: {username: u}, authorization: {credentials: c}}"),
            "at most one of basic_auth, oauth2 & authorization must be configured");
  EXPECT_EQ(error_of("basic_auth: {password: a, password_file: b}"),
            "at most one of basic_auth password, password_file & password_ref must be configured");
  EXPECT_EQ(error_of("authorization: {type: Basic}"),
            "authorization type cannot be set to \"basic\", use \"basic_auth\" instead");
  EXPECT_EQ(error_of("tls_config: {cert_file: a}"),
            "exactly one of key or key_file must be configured when a client certificate is "
            "configured");
}

TEST(HttpConfig, RefusesByName) {
  EXPECT_EQ(read("oauth2: {}").error().code, base::Code::kUnsupported);
  EXPECT_EQ(read("no_proxy: x").error().code, base::Code::kUnsupported);
  EXPECT_EQ(read("basic_auth: {password_ref: x}").error().code, base::Code::kUnsupported);
  EXPECT_EQ(error_of("http_headers: {Host: {values: [x]}}"),
            "setting header \"Host\" is not allowed");
  EXPECT_EQ(error_of("http_headers: {X: {values: [\"a\\r\\nb\"]}}"),
            "http_headers \"X\": a header value is one line");
  EXPECT_EQ(error_of("tls_config: {min_version: SSL3}"),
            "unknown TLS version: SSL3 (known: TLS10, TLS11, TLS12, TLS13)");
  EXPECT_EQ(error_of("{folow_redirects: true}"),
            "unknown key \"folow_redirects\" in http_config; did you mean \"follow_redirects\"?");
}

}  // namespace
}  // namespace tocsin::net
