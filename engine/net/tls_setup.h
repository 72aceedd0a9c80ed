// TLS of outbound connections: a TlsConfig made ready for libcurl.
#pragma once

#include <memory>
#include <string>

#include "engine/base/status.h"
#include "engine/net/http_client.h"

namespace tocsin::net {

/// Certificates and keys as text, at one moment. Immutable; transfers hold on to theirs.
struct TlsMaterial {
  std::string ca, cert, key;
};

/// One client's TLS. Reads its files again when they change. One thread.
class TlsSetup {
 public:
  /// Fails when the configuration cannot work: unknown version, certificate without key.
  /// Unreadable files are reported by material().
  static base::Result<TlsSetup> make(TlsConfig config);

  /// The certificates of now. kInvalid: a file cannot be read.
  base::Result<std::shared_ptr<const TlsMaterial>> material();

  /// Sets a libcurl handle's options. `material` must outlive the handle's use.
  void apply(void* easy, const TlsMaterial& material) const;

  const std::string& server_name() const { return config_.server_name; }

 private:
  /// What tells that a file has changed.
  struct Stamp {
    int64_t modified_ns = 0, size = -1;
    uint64_t inode = 0;
    bool operator==(const Stamp&) const = default;
  };
  explicit TlsSetup(TlsConfig config) : config_(std::move(config)) {}
  static Stamp stamp_of(const std::string& path);

  TlsConfig config_;
  long versions_ = 0;
  std::shared_ptr<const TlsMaterial> material_;
  Stamp ca_stamp_, cert_stamp_, key_stamp_;
};

/// A file's whole text, at most 1 MiB. kInvalid: "cannot read …".
base::Result<std::string> read_small_file(const std::string& path);

}  // namespace tocsin::net
