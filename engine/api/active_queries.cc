#include "engine/api/active_queries.h"

#include <algorithm>
#include <utility>

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

}  // namespace

std::string ActiveQueries::unfinished(const base::Files& files, const std::string& path) {
  auto text = files.read(path, kReadBytesMax);
  if (!text) return {};  // There is none yet; or it cannot be read, and nothing depends on it.
  std::erase(*text, '\0');
  if (text->size() <= 1 || !text->ends_with(',')) return {};
  text->back() = ']';
  return *std::move(text);
}

base::Result<std::unique_ptr<ActiveQueries>> ActiveQueries::open(base::Files& files,
                                                                 const std::string& path,
                                                                 uint32_t places,
                                                                 const base::Clock& clock,
                                                                 base::Log log) {
  ASSIGN_OR_RETURN(auto file, files.open(path, base::OpenMode::kUpdate));
  std::string content(1 + size_t{places} * kEntryBytes, '\0');
  content[0] = '[';
  base::Status status = file->truncate(0);
  if (status) status = file->write_at(0, content);  // Takes the room on the disk, too.
  if (!status) {
    static_cast<void>(files.remove(path));  // What was left of the disk may be in it already.
    return std::move(status).error();
  }
  return std::unique_ptr<ActiveQueries>(new ActiveQueries(std::move(file), clock, std::move(log)));
}

void ActiveQueries::write(uint32_t place, std::string_view entry) {
  const base::Status status = file_->write_at(1 + size_t{place} * kEntryBytes, entry);
  if (status) {
    failures_.succeeded();
  } else {
    failures_.failed(status.error());
  }
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
  json.resize(room);
  write(place, json += ',');
}

void ActiveQueries::end(uint32_t place) { write(place, std::string(kEntryBytes, '\0')); }

}  // namespace tocsin::api
