#include "engine/api/envelope.h"

#include <utility>

#include "engine/base/json_writer.h"

namespace tocsin::api {
namespace {

struct ErrorClass {
  std::string_view name;
  int status;
};

ErrorClass class_of(ErrorType type) {
  switch (type) {
    case ErrorType::kBadData:
      return {"bad_data", 400};
    case ErrorType::kExecution:
      return {"execution", 422};
    case ErrorType::kCanceled:
      return {"canceled", 499};
    case ErrorType::kTimeout:
      return {"timeout", 503};
    case ErrorType::kInternal:
      return {"internal", 500};
    case ErrorType::kUnavailable:
      return {"unavailable", 500};
    case ErrorType::kNotFound:
      return {"not_found", 404};
    case ErrorType::kNotAcceptable:
      return {"not_acceptable", 406};
  }
  return {"internal", 500};
}

void append_list(std::string& out, std::string_view key, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  out += ",\"";
  out += key;
  out += "\":";
  base::JsonWriter json(out);
  json.begin_array();
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

}  // namespace

net::ServerResponse success(std::string_view data, const std::vector<std::string>& warnings,
                            const std::vector<std::string>& infos) {
  net::ServerResponse out;
  out.body = begin_success(data);
  out.body += end_success({}, warnings, infos);
  return out;
}

std::string begin_success(std::string_view data_begin) {
  std::string out = R"({"status":"success","data":)";
  return out.append(data_begin);
}

std::string end_success(std::string_view data_end, const std::vector<std::string>& warnings,
                        const std::vector<std::string>& infos) {
  std::string out(data_end);
  append_list(out, "warnings", warnings);
  append_list(out, "infos", infos);
  out += '}';
  return out;
}

net::ServerResponse respond_with(std::shared_ptr<net::BodySource> source) {
  net::ServerResponse out;
  const bool has_more = source->append_to(out.body, net::kBodyPieceBytes);
  if (has_more) out.rest = std::move(source);
  return out;
}

net::ServerResponse failure(ErrorType type, std::string_view message) {
  const ErrorClass error = class_of(type);
  net::ServerResponse out;
  out.status = error.status;
  base::JsonWriter json(out.body);
  json.begin_object()
      .field("status", "error")
      .field("errorType", error.name)
      .field("error", message)
      .end_object();
  return out;
}

net::ServerResponse no_content() {
  net::ServerResponse out;
  out.status = 204;
  out.content_type.clear();
  return out;
}

net::ServerResponse bad_parameter(std::string_view name, std::string_view detail) {
  return failure(ErrorType::kBadData,
                 "invalid parameter \"" + std::string(name) + "\": " + std::string(detail));
}

net::ServerResponse evaluation_failure(const base::Error& error) {
  switch (error.code) {
    case base::Code::kTimeout:
      return failure(ErrorType::kTimeout, error.message);
    case base::Code::kCancelled:
      return failure(ErrorType::kCanceled, error.message);
    case base::Code::kInternal:
      return failure(ErrorType::kInternal, error.message);
    case base::Code::kUnavailable:
      return failure(ErrorType::kUnavailable, error.message);
    case base::Code::kInvalid:
    case base::Code::kNotFound:
    case base::Code::kUnsupported:
    case base::Code::kLimit:
      break;
  }
  return failure(ErrorType::kExecution, error.message);
}

}  // namespace tocsin::api
