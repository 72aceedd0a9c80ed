// The answers of /api/v1: {"status":"success","data":…} and {"status":"error",…}.
#pragma once

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
/// success() for large data, which is appended in place between these two.
std::string begin_success();
net::ServerResponse end_success(std::string body, const std::vector<std::string>& warnings,
                                const std::vector<std::string>& infos);
/// {"status":"error","errorType":…,"error":…} with the type's HTTP status.
net::ServerResponse failure(ErrorType type, std::string_view message);
/// bad_data: invalid parameter "NAME": DETAIL.
net::ServerResponse bad_parameter(std::string_view name, std::string_view detail);
/// 204: success without data.
net::ServerResponse no_content();
/// What a failed evaluation becomes: execution, timeout, canceled, unavailable or internal.
net::ServerResponse evaluation_failure(const base::Error& error);

}  // namespace tocsin::api
