// gzip of a body that comes in pieces.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace tocsin::net {

/// Compresses piece after piece into one gzip member, at a level that favours speed. A whole body
/// is compressed faster by gzip() (compression.h).
class GzipStream {
 public:
  /// Null when there is no memory for it.
  static std::unique_ptr<GzipStream> start();
  ~GzipStream();
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  /// Appends to `out` what is certain after `piece`, which may be nothing; after the last piece,
  /// all of it.
  void append(std::string_view piece, bool is_last, std::string& out);

 private:
  struct State;
  explicit GzipStream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::net
