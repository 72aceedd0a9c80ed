#include "engine/api/status_api.h"

#include <array>
#include <filesystem>
#include <thread>

#include "engine/api/envelope.h"
#include "engine/base/json_writer.h"

namespace tocsin::api {
namespace {

using base::JsonWriter;

net::ServerResponse plain(int status, std::string text) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .headers = {},
          .body = std::move(text)};
}

std::string build_info(const BuildInfo& build) {
  std::string data;
  JsonWriter json(data);
  json.begin_object()
      .field("version", build.version)
      .field("revision", build.revision)
      .field("branch", "main")
      .field("buildUser", "")
      .field("buildDate", "")
      .field("goVersion", build.compiler)
      .end_object();
  return data;
}

net::ServerResponse flags(const StatusView& view) {
  std::string data;
  JsonWriter json(data);
  json.begin_object();
  for (const auto& [name, value] : view.flags) json.field(name, value);
  json.end_object();
  return success(data);
}

net::ServerResponse config(const StatusView& view) {
  std::string data;
  JsonWriter json(data);
  json.begin_object().field("yaml", view.config()).end_object();
  return success(data);
}

// Upstream's keys; what only a Go program has is 0 or empty.
net::ServerResponse runtime_info(const StatusView& view, const base::Clock& clock) {
  std::error_code ignored;  // No working directory: shown as empty.
  std::string data;
  JsonWriter json(data);
  json.begin_object()
      .field("startTime", base::format_rfc3339(view.started_at))
      .field("CWD", std::filesystem::current_path(ignored).string())
      .field("hostname", view.hostname)
      .field("serverTime", base::format_rfc3339(clock.now()));
  json.key("reloadConfigSuccess").boolean(view.reload_ok());
  json.field("lastConfigTime", base::format_rfc3339(view.reloaded_at()));
  json.key("corruptionCount").integer(0);
  json.key("goroutineCount").integer(0);
  json.key("GOMAXPROCS").integer(std::thread::hardware_concurrency());
  json.key("GOMEMLIMIT").integer(0);
  json.field("GOGC", "")
      .field("GODEBUG", "")
      .field("storageRetention", view.retention)
      .end_object();
  return success(data);
}

// Source: prometheus util/notifications/notifications.go. What else upstream tells of, start and
// stop, is before and after anything is served here.
net::ServerResponse notifications(const StatusView& view) {
  std::string data;
  JsonWriter json(data);
  json.begin_array();
  if (const base::TimestampMs failed_at = view.reload_failed_at(); failed_at != 0) {
    json.begin_object()
        .field("text", "Configuration reload has failed.")
        .field("date", base::format_rfc3339(failed_at));
    json.key("active").boolean(true).end_object();
  }
  json.end_array();
  return success(data);
}

net::ServerResponse reload(const StatusView& view) {
  if (!view.reload) return plain(403, "Lifecycle API is not enabled.");
  const base::Status status = view.reload();
  if (status.ok()) return plain(200, "");
  return plain(500, "failed to reload config: " + status.to_string() + "\n");
}

}  // namespace

void mount_status_api(Router& router, const base::Clock& clock, StatusView view) {
  router.add("GET", "/api/v1/status/buildinfo",
             [view](const Call&) { return success(build_info(view.build)); });
  router.add("GET", "/version",
             [view](const Call&) { return plain(200, build_info(view.build) + "\n"); });
  router.add("GET", "/api/v1/notifications", [view](const Call&) { return notifications(view); });
  // There is no log to replay: the store lives in memory.
  router.add("GET", "/api/v1/status/walreplay",
             [](const Call&) { return success(R"({"min":0,"max":0,"current":0})"); });
  router.add("GET", "/api/v1/status/flags", [view](const Call&) { return flags(view); });
  router.add("GET", "/api/v1/status/config", [view](const Call&) { return config(view); });
  router.add("GET", "/api/v1/status/runtimeinfo",
             [view, &clock](const Call&) { return runtime_info(view, clock); });
  router.add("GET", "/metrics", [view](const Call&) {
    return net::ServerResponse{.status = 200,
                               .content_type = "text/plain; version=0.0.4; charset=utf-8",
                               .headers = {},
                               .body = view.metrics()};
  });
  for (const std::string_view path : {"/-/healthy", "/health"}) {
    router.add("GET", path, [](const Call&) { return plain(200, "Tocsin is Healthy.\n"); });
  }
  for (const std::string_view path : {"/-/ready", "/ready"}) {
    router.add("GET", path, [](const Call&) { return plain(200, "Tocsin is Ready.\n"); });
  }
  for (const std::string_view path : {"/-/reload", "/-/quit"}) {
    router.add("GET", path,
               [](const Call&) { return plain(405, "Only POST or PUT requests allowed"); });
  }
  for (const std::string_view method : {"POST", "PUT"}) {
    router.add(method, "/-/reload", [view](const Call&) { return reload(view); });
    router.add(method, "/-/quit", [view](const Call&) {
      return plain(403, view.reload ? "Stopping over HTTP is not offered; send SIGTERM."
                                    : "Lifecycle API is not enabled.");
    });
    for (const std::string_view name : {"delete_series", "clean_tombstones", "snapshot"}) {
      router.add(method, "/api/v1/admin/tsdb/" + std::string(name), [](const Call&) {
        return failure(ErrorType::kUnavailable, "admin APIs disabled");
      });
    }
  }
}

net::ServerHandler guard_until_ready(net::ServerHandler handler, StatusView view) {
  return [handler = std::move(handler), view = std::move(view)](const net::ServerRequest& request) {
    const bool always =
        request.path == "/-/healthy" || request.path == "/health" || request.path == "/metrics";
    if (always || (view.ready() && !view.stopping())) return handler(request);
    net::ServerResponse out = plain(503, "Service Unavailable");
    out.headers.emplace_back("X-Prometheus-Stopping", view.stopping() ? "true" : "false");
    return out;
  };
}

}  // namespace tocsin::api
