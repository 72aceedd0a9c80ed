// The answer to a query, made from its result while the client reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/api/result_json.h"
#include "engine/api/result_room.h"
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

  /// For an answer that does not go out at once: takes room for its result. False: there is none.
  bool hold(ResultRoom& room);

 private:
  const promql::QueryResult result_;
  Notes notes_;
  ResultJson json_;
  ResultRoom::Share share_;
  bool has_begun_ = false;
};

/// The memory that the samples of a result take.
uint64_t result_bytes(const promql::QueryResult& result);

}  // namespace tocsin::api
