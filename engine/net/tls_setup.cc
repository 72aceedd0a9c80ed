#include "engine/net/tls_setup.h"

#include <curl/curl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <optional>
#include <system_error>
#include <utility>

namespace tocsin::net {
namespace {

using base::Code;
using base::Error;
using base::Result;

constexpr size_t kFileBytesMax = 1u << 20;

struct Version {
  std::string_view name;
  long min, max;
};
constexpr std::array kVersions{
    Version{"TLS10", CURL_SSLVERSION_TLSv1_0, CURL_SSLVERSION_MAX_TLSv1_0},
    Version{"TLS11", CURL_SSLVERSION_TLSv1_1, CURL_SSLVERSION_MAX_TLSv1_1},
    Version{"TLS12", CURL_SSLVERSION_TLSv1_2, CURL_SSLVERSION_MAX_TLSv1_2},
    Version{"TLS13", CURL_SSLVERSION_TLSv1_3, CURL_SSLVERSION_MAX_TLSv1_3},
};

Result<const Version*> find_version(const std::string& name) {
  for (const Version& version : kVersions) {
    if (version.name == name) return &version;
  }
  return Error{Code::kInvalid,
               "unknown TLS version: \"" + name + "\" (TLS10, TLS11, TLS12 or TLS13)"};
}

void set_blob(CURL* easy, CURLoption option, const std::string& text) {
  if (text.empty()) return;
  curl_blob blob{
      const_cast<char*>(text.data()), text.size(),
      CURL_BLOB_NOCOPY};  // NOLINT(cppcoreguidelines-pro-type-const-cast): libcurl reads only
  curl_easy_setopt(easy, option, &blob);
}

}  // namespace

Result<std::string> read_small_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                             std::fclose);
  const auto failed = [&path](const std::string& why) {
    return Error{Code::kInvalid, "cannot read " + path + ": " + why};
  };
  if (!file) return failed(std::generic_category().message(errno));
  std::string text(kFileBytesMax + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), file.get()));
  if (std::ferror(file.get()) != 0) return failed("read error");
  if (text.size() > kFileBytesMax) return failed("larger than 1 MiB");
  text.shrink_to_fit();
  return text;
}

Result<TlsSetup> TlsSetup::make(TlsConfig config) {
  const bool has_cert = !config.cert.empty() || !config.cert_file.empty();
  const bool has_key = !config.key.empty() || !config.key_file.empty();
  if (has_cert != has_key) {
    return Error{Code::kInvalid, "a client certificate needs its key, and a key its certificate"};
  }
  TlsSetup setup(std::move(config));
  long min = CURL_SSLVERSION_TLSv1_2;  // Go's default
  long max = 0;
  if (!setup.config_.min_version.empty()) {
    ASSIGN_OR_RETURN(const Version* version, find_version(setup.config_.min_version));
    min = version->min;
  }
  if (!setup.config_.max_version.empty()) {
    ASSIGN_OR_RETURN(const Version* version, find_version(setup.config_.max_version));
    max = version->max;
    if (version->min < min && setup.config_.min_version.empty()) min = version->min;
    if (version->min < min) return Error{Code::kInvalid, "TLS max_version is below min_version"};
  }
  setup.versions_ = min | max;
  return setup;
}

TlsSetup::Stamp TlsSetup::stamp_of(const std::string& path) {
  struct stat info {};
  if (path.empty() || ::stat(path.c_str(), &info) != 0) return {};
  return {info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec, info.st_size, info.st_ino};
}

Result<std::shared_ptr<const TlsMaterial>> TlsSetup::material() {
  const Stamp ca = stamp_of(config_.ca_file);
  const Stamp cert = stamp_of(config_.cert_file);
  const Stamp key = stamp_of(config_.key_file);
  if (material_ && ca == ca_stamp_ && cert == cert_stamp_ && key == key_stamp_) return material_;

  auto fresh = std::make_shared<TlsMaterial>();
  fresh->ca = config_.ca;
  fresh->cert = config_.cert;
  fresh->key = config_.key.reveal();
  const std::array<std::pair<const std::string*, std::string*>, 3> files{
      {{&config_.ca_file, &fresh->ca},
       {&config_.cert_file, &fresh->cert},
       {&config_.key_file, &fresh->key}}};
  for (const auto& [path, text] : files) {
    if (path->empty()) continue;
    ASSIGN_OR_RETURN(*text, read_small_file(*path));
    if (text->empty()) return Error{Code::kInvalid, *path + " is empty"};
  }
  ca_stamp_ = ca;
  cert_stamp_ = cert;
  key_stamp_ = key;
  material_ = std::move(fresh);
  return material_;
}

void TlsSetup::apply(void* easy, const TlsMaterial& material) const {
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, versions_);
  const long verify = config_.insecure_skip_verify ? 0 : 1;
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, verify);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, verify * 2);
  set_blob(easy, CURLOPT_CAINFO_BLOB, material.ca);
  set_blob(easy, CURLOPT_SSLCERT_BLOB, material.cert);
  set_blob(easy, CURLOPT_SSLKEY_BLOB, material.key);
}

}  // namespace tocsin::net
