// The answers of /api/v1: {"status":"success","data":…} and {"status":"error",…}.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/net/http_server.h"

namespace tocsin::api {

/// Upstream's errorType; each has one HTTP status.
enum class ErrorType : uint8_t {
  kBadData,
  kExecution,
  kCanceled,
  kTimeout,
  kInternal,
  kUnavailable,
  kNotFound,
  kNotAcceptable,
};

/// {"status":"success","data":DATA,"warnings":…,"infos":…}; empty lists are left out. `data` is
/// JSON.
net::ServerResponse success(std::string_view data, const std::vector<std::string>& warnings = {},
                            const std::vector<std::string>& infos = {});
/// success() of data that is written between these two, which have its first and last text.
std::string begin_success(std::string_view data_begin = {});
std::string end_success(std::string_view data_end, const std::vector<std::string>& warnings = {},
                        const std::vector<std::string>& infos = {});
/// 200 with the body of `source`: whole if it fits into one piece, else a stream.
net::ServerResponse respond_with(std::shared_ptr<net::BodySource> source);
/// {"status":"error","errorType":…,"error":…} with the type's HTTP status.
net::ServerResponse failure(ErrorType type, std::string_view message);
/// bad_data: invalid parameter "NAME": DETAIL.
net::ServerResponse bad_parameter(std::string_view name, std::string_view detail);
/// 204: success without data.
net::ServerResponse no_content();
/// What a failed evaluation becomes: execution, timeout, canceled, unavailable or internal.
net::ServerResponse evaluation_failure(const base::Error& error);

}  // namespace tocsin::api
