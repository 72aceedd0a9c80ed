// The files of examples/demo, compiled in.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/files.h"
#include "engine/base/status.h"

namespace tocsin::app::demo {

/// Where the demo's parts listen; the files name the default ports.
struct Ports {
  uint16_t fleet = 19100;
  uint16_t receivers = 19101;
  uint16_t smtp = 19125;
};

/// Writes prometheus.yml, rules.yml and alertmanager.yml into `folder`, with these ports.
base::Status write_files(base::Files& files, const std::string& folder, const Ports& ports);

}  // namespace tocsin::app::demo
