#include "engine/api/query_log.h"

#include <utility>

#include "engine/base/json_writer.h"

namespace tocsin::api {
namespace {

constexpr size_t kWaitingBytesMax = 1u << 20;

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
  json.key("stats").raw(query_stats_json(entry.timings, entry.stats, entry.range));
  json.end_object();
  if (!entry.origin.empty()) {
    out.back() = ',';
    out.append(entry.origin).append("}");
  }
  return out += '\n';
}

}  // namespace

/// An open file. Only the writer looks inside.
struct QueryLog::Target {
  std::unique_ptr<base::File> file;
  bool line_is_open = false;  // A write failed, and a part of the line may be there.
};

base::Result<std::function<void()>> QueryLog::prepare(const std::string& path) {
  std::shared_ptr<Target> target;
  if (!path.empty()) {
    auto file = files_.open(path, base::OpenMode::kAppend);
    if (!file) return base::Error{file.error().code, "the query log: " + file.error().message};
    target = std::make_shared<Target>(Target{.file = *std::move(file)});
  }
  return std::function<void()>([this, target] { target_.store(target); });
}

void QueryLog::write(const QueryLogEntry& entry) {
  std::shared_ptr<Target> target = target_.load();
  if (target == nullptr) return;
  std::string line = line_of(entry, clock_.now());
  const size_t bytes = line.size();
  if (waiting_bytes_.fetch_add(bytes) > kWaitingBytesMax) {
    waiting_bytes_.fetch_sub(bytes);
    return failures_.failed({base::Code::kLimit, "the disk is slower than queries are logged"});
  }
  writer_.submit([this, target = std::move(target), line = std::move(line), bytes]() mutable {
    write_now(*target, std::move(line));
    waiting_bytes_.fetch_sub(bytes);
  });
}

void QueryLog::write_now(Target& target, std::string line) {
  if (target.line_is_open) line.insert(0, 1, '\n');
  const base::Status status = target.file->append(line);
  target.line_is_open = !status;
  if (status) {
    failures_.succeeded();
  } else {
    failures_.failed(status.error());
  }
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
