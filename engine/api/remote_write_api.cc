#include "engine/api/remote_write_api.h"

namespace tocsin::api {
namespace {

net::ServerResponse plain(int status, std::string text) {
  return {.status = status,
          .content_type = "text/plain; charset=utf-8",
          .headers = {},
          .body = std::move(text)};
}

// "application/x-protobuf", alone or naming the 1.0 message; nothing at all means the same.
bool takes_type(std::string_view type) {
  if (type.empty()) return true;
  const size_t semicolon = std::min(type.find(';'), type.size());
  if (type.substr(0, semicolon) != "application/x-protobuf") return false;
  const std::string_view rest = type.substr(semicolon);
  return rest.find("proto=") == std::string_view::npos ||
         rest.find("proto=prometheus.WriteRequest") != std::string_view::npos;
}

std::string describe(const remote::WriteOutcome& outcome) {
  std::string out;
  const auto add = [&](uint64_t count, std::string_view what) {
    if (count == 0) return;
    if (!out.empty()) out += ", ";
    out += std::to_string(count) + " samples " + std::string(what);
  };
  add(outcome.out_of_order, "out of order");
  add(outcome.duplicate, "repeated for a timestamp with another value");
  add(outcome.too_far, "more than 10m in the future");
  return out + "; the others are stored\n";
}

net::ServerResponse write(const Call& call, remote::WriteReceiver& receiver) {
  if (!takes_type(call.http.header("content-type"))) {
    return plain(
        415,
        "only application/x-protobuf with prometheus.WriteRequest (remote write 1.0) is taken\n");
  }
  const std::string_view encoding = call.http.header("content-encoding");
  if (!encoding.empty() && encoding != "snappy") {
    return plain(415, "only Content-Encoding: snappy is taken\n");
  }
  const auto request = remote::decode_write_request(call.http.body);
  if (!request) {
    const bool too_large = request.error().code == base::Code::kLimit;
    return plain(too_large ? 413 : 400, request.error().message + "\n");
  }
  const auto outcome = receiver.write(*request);
  if (!outcome) return plain(500, outcome.error().message + "\n");
  if (!outcome->all_stored()) return plain(400, describe(*outcome));
  return plain(204, "");
}

}  // namespace

void mount_remote_write_api(Router& router, remote::WriteReceiver* receiver) {
  router.add("POST", "/api/v1/write", [receiver](const Call& call) {
    if (receiver == nullptr) {
      return plain(
          404,
          "remote write receiver needs to be enabled with --web.enable-remote-write-receiver\n");
    }
    return write(call, *receiver);
  });
}

}  // namespace tocsin::api
