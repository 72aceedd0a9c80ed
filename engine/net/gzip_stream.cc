#include "engine/net/gzip_stream.h"

#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <array>
#include <climits>
#include <utility>

namespace tocsin::net {
namespace {

constexpr int kWindowLog = 15;
constexpr int kAsGzip = 16;  // added to the window
constexpr int kMemoryLevel = 9;
constexpr size_t kRoomBytes = 32u << 10;

}  // namespace

struct GzipStream::State {
  z_stream deflate{};
  std::array<char, kRoomBytes> room;
};

GzipStream::GzipStream(std::unique_ptr<State> state) : state_(std::move(state)) {}

GzipStream::~GzipStream() { deflateEnd(&state_->deflate); }

std::unique_ptr<GzipStream> GzipStream::start() {
  auto state = std::make_unique<State>();
  const int begun = deflateInit2(&state->deflate, Z_BEST_SPEED, Z_DEFLATED, kWindowLog + kAsGzip,
                                 kMemoryLevel, Z_DEFAULT_STRATEGY);
  if (begun != Z_OK) return nullptr;
  return std::unique_ptr<GzipStream>(new GzipStream(std::move(state)));
}

void GzipStream::append(std::string_view piece, bool is_last, std::string& out) {
  z_stream& deflating = state_->deflate;
  deflating.next_in = reinterpret_cast<const Bytef*>(piece.data());
  do {
    // Of a larger piece than zlib can count, some is left for the next round.
    const size_t part = std::min<size_t>(piece.size(), UINT_MAX);
    deflating.avail_in = static_cast<uInt>(part);
    piece.remove_prefix(part);
    const int flush = is_last && piece.empty() ? Z_FINISH : Z_NO_FLUSH;
    do {
      deflating.next_out = reinterpret_cast<Bytef*>(state_->room.data());
      deflating.avail_out = kRoomBytes;
      deflate(&deflating, flush);
      out.append(state_->room.data(), kRoomBytes - deflating.avail_out);
    } while (deflating.avail_out == 0);
  } while (!piece.empty());
}

}  // namespace tocsin::net
