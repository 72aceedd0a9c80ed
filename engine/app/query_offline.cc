#include "engine/app/query_offline.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "engine/api/explain_api.h"
#include "engine/api/parameters.h"
#include "engine/api/query_api.h"
#include "engine/api/series_api.h"
#include "engine/app/open_metrics.h"
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

// Whether the first line that says something is a command of a script. A metric may be called
// "load", but its value is no duration.
bool is_script(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string first;
    std::string second;
    if (!(words >> first) || first.starts_with('#')) continue;
    if (first == "clear" || first == "eval" || first == "load_with_nhcb") return true;
    return first == "load" && words >> second && base::parse_duration(second).ok();
  }
  return true;  // Nothing at all: an empty script.
}

// Scripts say the column of a series in its line as "1:5: …" of the message: the place is told
// once, and counted from the beginning of the line.
base::Error with_column(base::Error error, const std::string& text) {
  unsigned column = 0;
  int length = 0;
  if (error.where.column != 0 ||
      std::sscanf(error.message.c_str(), "1:%u: %n", &column, &length) != 1 || length == 0)
    return error;
  std::istringstream lines(text);
  std::string line;
  for (uint32_t n = 0; n < error.where.line; ++n) std::getline(lines, line);
  const size_t indent = std::min(line.find_first_not_of(" \t"), line.size());
  error.where.column = static_cast<uint32_t>(indent) + column;
  error.message.erase(0, static_cast<size_t>(length));
  return error;
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

// The time of the newest value.
class NewestVisitor final : public base::TileVisitor {
 public:
  void on_tile(const base::Tile& tile) override {
    for (size_t c = tile.t.size(); c-- > 0;) {
      if (newest && *newest >= tile.t[c]) return;
      const double* column = tile.values[c];
      if (!std::any_of(column, column + tile.rows, base::is_value)) continue;
      newest = tile.t[c];
      return;
    }
  }
  void on_mixed(const base::MixedSeries& series) override {
    if (!newest || *newest < series.t.back()) newest = series.t.back();
  }
  std::optional<base::TimestampMs> newest;
};

class Offline final : public OfflineServer {
 public:
  explicit Offline(const promql::Features& features)
      : store_(keep_everything(), clock_),
        gate_(/*places=*/1, clock_),
        services_{.source = store_, .clock = clock_, .gate = gate_},
        query_api_(services_, options_with(features)),
        explain_api_(services_, options_with(features)) {
    query_api_.mount(router_);
    explain_api_.mount(router_);
    api::mount_series_api(router_, store_);
  }

  base::Status load(const std::string& text) {
    if (is_script(text)) return promql::load_script(text, store_);
    return load_open_metrics(text, clock_.now(), store_);
  }

  net::HttpResponse ask(const std::string& path, std::string form) override {
    const bool is_get = path.starts_with("/api/v1/label/");
    net::ServerRequest request;
    request.method = is_get ? "GET" : "POST";
    request.path = path;
    request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
    (is_get ? request.query : request.body) = std::move(form);
    net::ServerResponse answer = router_(request);
    net::HttpResponse response;
    response.status = answer.status;
    response.body = std::move(answer.body);
    constexpr size_t kPieceBytes = 1u << 20;
    while (answer.rest != nullptr &&
           answer.rest->append_to(response.body, response.body.size() + kPieceBytes)) {
    }
    return response;
  }

  std::optional<base::TimestampMs> newest() override {
    const auto named = base::Matcher::make(base::MatchOp::kNotEqual, "__name__", "");
    if (!named) return std::nullopt;
    const auto selection = store_.select({*named});
    if (!selection) return std::nullopt;
    const auto rows = (*selection)->rows();
    NewestVisitor visitor;
    const base::RowRange all{0, static_cast<uint32_t>(rows->labels.size())};
    const base::Status status = (*selection)->scan(*rows, all, {INT64_MIN, api::kTimeMax}, visitor);
    return status.ok() ? visitor.newest : std::nullopt;
  }

 private:
  base::SystemClock clock_;
  tsdb::Store store_;
  api::QueryGate gate_;
  api::QueryServices services_;
  api::QueryApi query_api_;
  api::ExplainApi explain_api_;
  api::Router router_;
};

}  // namespace

base::Result<std::unique_ptr<OfflineServer>> OfflineServer::open(std::span<const std::string> paths,
                                                                 const promql::Features& features) {
  auto server = std::make_unique<Offline>(features);
  for (const std::string& path : paths) {
    ASSIGN_OR_RETURN(const std::string text, read_data(path));
    base::Status status = server->load(text);
    if (status.ok()) continue;
    base::Error error = with_column(std::move(status).error(), text);
    error.where.file = path;
    return error;
  }
  return std::unique_ptr<OfflineServer>(std::move(server));
}

}  // namespace tocsin::app
