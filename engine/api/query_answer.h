// The answer to a query, made from its result while the client reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/api/result_json.h"
#include "engine/net/http_server.h"

namespace tocsin::api {

/// {"status":"success","data":…} with the result, which it keeps.
class QueryAnswer final : public net::BodySource {
 public:
  struct Notes {
    std::vector<std::string> warnings;
    std::vector<std::string> infos;
  };
  /// `limit` and `stats` as for ResultJson.
  QueryAnswer(promql::QueryResult result, size_t limit, std::string stats, Notes notes);
  bool append_to(std::string& out, size_t bytes) override;
  /// The samples of the result.
  uint64_t bytes_kept() const override;

 private:
  const promql::QueryResult result_;
  Notes notes_;
  ResultJson json_;
  bool has_begun_ = false;
};

}  // namespace tocsin::api
