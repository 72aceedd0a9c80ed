// Builds the messages of remote write for tests.
#pragma once

#include <snappy.h>

#include <protozero/pbf_writer.hpp>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/sample.h"

namespace tocsin::remote::testing {

using LabelList = std::vector<std::pair<std::string, std::string>>;

inline std::string series_message(const LabelList& labels,
                                  const std::vector<base::Sample>& samples) {
  std::string out;
  protozero::pbf_writer series(out);
  for (const auto& [name, value] : labels) {
    protozero::pbf_writer label(series, 1);
    label.add_string(1, name);
    label.add_string(2, value);
  }
  for (const base::Sample& s : samples) {
    protozero::pbf_writer sample(series, 2);
    sample.add_double(1, s.v);
    sample.add_int64(2, s.t);
  }
  return out;
}

inline std::string request_message(const std::vector<std::string>& series) {
  std::string out;
  protozero::pbf_writer request(out);
  for (const std::string& one : series) request.add_message(1, one);
  return out;
}

inline std::string compress(const std::string& message) {
  std::string out;
  snappy::Compress(message.data(), message.size(), &out);
  return out;
}

}  // namespace tocsin::remote::testing
