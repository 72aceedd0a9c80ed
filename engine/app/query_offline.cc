#include "engine/app/query_offline.h"

#include <fstream>
#include <sstream>

#include "engine/api/query_api.h"
#include "engine/tsdb/store.h"
#include "promql/script/load.h"

namespace tocsin::app {
namespace {

constexpr std::streamoff kDataBytesMax = std::streamoff{256} << 20;

base::Result<std::string> read_data(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return base::Error{base::Code::kNotFound, "cannot read the data file", {path}};
  if (file.tellg() > kDataBytesMax)
    return base::Error{base::Code::kLimit, "the data file is larger than 256 MiB", {path}};
  file.seekg(0);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// The data is as old as it likes: nothing is dropped.
tsdb::Options keep_everything() {
  tsdb::Options options;
  options.retention = 0;
  return options;
}

promql::EvalOptions options_with(const promql::Features& features) {
  promql::EvalOptions options;
  options.features = features;
  return options;
}

class Offline final : public OfflineServer {
 public:
  explicit Offline(const promql::Features& features)
      : store_(keep_everything(), clock_),
        query_api_({.source = store_, .clock = clock_, .gate = gate_}, options_with(features)) {
    query_api_.mount(router_);
  }

  base::Status load(std::string_view text) { return promql::load_script(text, store_); }

  net::HttpResponse post(const std::string& path, std::string form) override {
    net::ServerRequest request;
    request.method = "POST";
    request.path = path;
    request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
    request.body = std::move(form);
    net::ServerResponse answer = router_(request);
    net::HttpResponse response;
    response.status = answer.status;
    response.body = std::move(answer.body);
    return response;
  }

 private:
  base::SystemClock clock_;
  tsdb::Store store_;
  api::QueryGate gate_{1, clock_};
  api::QueryApi query_api_;
  api::Router router_;
};

}  // namespace

base::Result<std::unique_ptr<OfflineServer>> OfflineServer::open(const std::string& path,
                                                                 const promql::Features& features) {
  ASSIGN_OR_RETURN(const std::string text, read_data(path));
  auto server = std::make_unique<Offline>(features);
  if (base::Status status = server->load(text); !status.ok()) {
    base::Error error = std::move(status).error();
    error.where.file = path;
    return error;
  }
  return std::unique_ptr<OfflineServer>(std::move(server));
}

}  // namespace tocsin::app
