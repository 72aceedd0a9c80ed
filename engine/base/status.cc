#include "engine/base/status.h"

namespace tocsin::base {

std::string Position::to_string() const {
  std::string out = file;
  if (line == 0) return out;
  if (!out.empty()) out += ':';
  out += std::to_string(line);
  if (column != 0) out += ':' + std::to_string(column);
  return out;
}

std::string Error::to_string() const {
  std::string out = where.to_string();
  if (!out.empty()) out += ": ";
  return out + message;
}

std::string Status::to_string() const { return ok() ? "ok" : error_->to_string(); }

}  // namespace tocsin::base
