#include "engine/api/query_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/base/json_writer.h"

namespace tocsin::api {
namespace {

// Go's structured logs escape only what JSON needs.
void add_field(base::JsonWriter& json, std::string_view name, std::string_view text) {
  std::string quoted;
  base::append_plain_json_string(quoted, text);
  json.key(name).raw(quoted);
}

std::string line_of(const QueryLogEntry& entry, base::TimestampMs now) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object()
      .field("time", base::format_rfc3339_ms(now))
      .field("level", "INFO")
      .field("msg", "promql query logged");
  json.key("params").begin_object().field("end", base::format_rfc3339_ms(entry.range.end));
  add_field(json, "query", entry.query);
  json.field("start", base::format_rfc3339_ms(entry.range.start));
  json.key("step").integer(entry.range.step / 1000).end_object();
  if (!entry.error.empty()) add_field(json, "error", entry.error);
  json.key("stats").raw(query_stats_json(entry.timings, entry.stats));
  json.end_object();
  if (!entry.origin.empty()) {
    out.back() = ',';
    out.append(entry.origin).append("}");
  }
  return out += '\n';
}

}  // namespace

struct QueryLog::File {
  int descriptor;
  explicit File(int opened) : descriptor(opened) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(descriptor); }
};

base::Result<std::function<void()>> QueryLog::prepare(const std::string& path) {
  std::shared_ptr<const File> file;
  if (!path.empty()) {
    const int opened = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (opened < 0) {
      return base::Error{base::Code::kUnavailable,
                         "cannot open the query log " + path + ": " + std::strerror(errno)};
    }
    file = std::make_shared<const File>(opened);
  }
  return std::function<void()>([this, file] { file_.store(file); });
}

void QueryLog::write(const QueryLogEntry& entry) {
  const std::shared_ptr<const File> file = file_.load();
  if (file == nullptr) return;
  const std::string line = line_of(entry, clock_.now());
  // One call, so that lines of different threads do not mix.
  const ssize_t written = ::write(file->descriptor, line.data(), line.size());
  if (written != static_cast<ssize_t>(line.size()))
    failures_.fetch_add(1, std::memory_order_relaxed);
}

std::string http_origin(std::string_view remote, std::string_view method, std::string_view path) {
  std::string_view address = remote.substr(0, remote.rfind(':'));
  if (address.starts_with('[') && address.ends_with(']'))
    address = address.substr(1, address.size() - 2);
  std::string fields;
  base::JsonWriter json(fields);
  json.begin_object();
  add_field(json, "clientIP", address);
  add_field(json, "method", method);
  add_field(json, "path", path);
  json.end_object();
  return "\"httpRequest\":" + fields;
}

}  // namespace tocsin::api
