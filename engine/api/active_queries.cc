#include "engine/api/active_queries.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "engine/base/json_writer.h"

namespace tocsin::api {
namespace {

constexpr size_t kEntryBytes = 1000;
/// A file of more places than anyone configures is not read whole.
constexpr size_t kReadBytesMax = 1 + 1000 * kEntryBytes;

std::string entry_json(std::string_view query, base::TimestampMs now) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().field("query", query).key("timestamp_sec").integer(now / 1000).end_object();
  return out;
}

// At most `bytes` of `text`, not ending amid a character.
std::string_view cut(std::string_view text, size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xc0u) == 0x80u) --bytes;
  return text.substr(0, bytes);
}

std::string read_unfinished(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(kReadBytesMax, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(in.gcount()));
  std::erase(text, '\0');
  if (text.size() <= 1 || !text.ends_with(',')) return {};
  text.back() = ']';
  return text;
}

base::Error cannot(const std::string& what, const std::string& path) {
  return {base::Code::kUnavailable, "cannot " + what + " " + path + ": " + std::strerror(errno)};
}

}  // namespace

base::Result<std::unique_ptr<ActiveQueries>> ActiveQueries::open(const std::string& path,
                                                                 uint32_t places,
                                                                 std::string& unfinished) {
  unfinished = read_unfinished(path);
  const size_t bytes = 1 + size_t{places} * kEntryBytes;
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return cannot("make", path);
  // Room on the disk now, or writing to the mapping could kill the process later.
  errno = ::posix_fallocate(file, 0, static_cast<off_t>(bytes));
  void* map = MAP_FAILED;
  if (errno == 0) map = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (map == MAP_FAILED) {
    const base::Error error = cannot("map", path);
    ::close(file);
    ::unlink(path.c_str());  // What was left of the disk may be in it already.
    return error;
  }
  ::close(file);
  auto* const text = static_cast<char*>(map);
  text[0] = '[';
  return std::unique_ptr<ActiveQueries>(new ActiveQueries({text, bytes}));
}

ActiveQueries::~ActiveQueries() { ::munmap(file_.data(), file_.size()); }

std::span<char> ActiveQueries::entry(uint32_t place) const {
  return file_.subspan(1 + size_t{place} * kEntryBytes, kEntryBytes);
}

void ActiveQueries::begin(uint32_t place, std::string_view query, base::TimestampMs now) {
  const size_t room = kEntryBytes - 1;
  query = cut(query, room);
  std::string json = entry_json(query, now);
  // An escape takes up to six times the room of what it stands for.
  while (json.size() > room) {
    query = cut(query, query.size() - std::max<size_t>(1, (json.size() - room) / 6));
    json = entry_json(query, now);
  }
  const std::span<char> out = entry(place);
  std::ranges::copy(json, out.begin());
  out.back() = ',';
}

void ActiveQueries::end(uint32_t place) { std::ranges::fill(entry(place), '\0'); }

}  // namespace tocsin::api
