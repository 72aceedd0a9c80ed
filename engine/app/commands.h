// One function per command: takes its flags, does its work, returns the exit code.
// Exit codes: 0 fine, 1 failed or found something, 2 wrong usage, 3 lint findings only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/log.h"
#include "engine/base/time.h"
#include "promql/syntax/parser.h"

namespace tocsin::app {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;

/// Flags of `tocsin serve`, under upstream's names where upstream has them.
struct ServeFlags {
  std::string config_file = "prometheus.yml";
  std::string
      notify_config_file;  ///< Empty: no routing tree here; alerts go to alerting.alertmanagers.
  std::string storage_path = "data/";
  base::DurationMs retention = 2 * base::kHour;
  uint64_t series_max = 0;  ///< 0: no bound.
  std::string listen_address = "0.0.0.0:9099";
  std::string external_url;                 ///< Empty: http://HOSTNAME:PORT/.
  std::optional<std::string> route_prefix;  ///< "" or "/a/b"; not given: the external URL's path.
  std::string cors_origin = ".*";           ///< Regular expression.
  std::string page_title = "Tocsin";
  base::DurationMs web_read_timeout = 5 * base::kMinute;
  uint32_t web_connections_max = 512;
  bool enable_lifecycle = true;
  bool enable_remote_write_receiver = false;
  base::DurationMs lookback_delta = 5 * base::kMinute;
  base::DurationMs query_timeout = 2 * base::kMinute;
  uint64_t query_samples_max = 50'000'000;
  uint64_t query_memory_max = 1ull << 30;
  uint32_t query_concurrency_max = 20;
  std::string query_log_file;  ///< Empty: what global.query_log_file says.
  base::DurationMs resend_delay = base::kMinute;
  bool early_evaluation = true;
  base::LogLevel log_level = base::LogLevel::kInfo;
  base::LogFormat log_format = base::LogFormat::kLogfmt;
  promql::Features features;
  /// As given or defaulted, for /api/v1/status/flags.
  std::map<std::string, std::string> shown;
};
int run_serve(const ServeFlags& flags);

struct DemoFlags {
  bool once = false;   ///< Ends when every receiver has had a firing and a resolved message.
  bool plain = false;  ///< No colours, whatever standard output is.
  std::string listen_address = "127.0.0.1:9099";
};
int run_demo(const DemoFlags& flags);

struct CheckFlags {
  std::vector<std::string> files;
  promql::Features features;  ///< Of the expressions in rule files.
};
int run_check_config(const CheckFlags& flags);
int run_check_rules(const CheckFlags& flags);
int run_check_notify(const CheckFlags& flags);

struct TestPromqlFlags {
  std::vector<std::string> files;
  bool verbose = false;  ///< Lists passing cases, too.
};
int run_test_promql(const TestPromqlFlags& flags);

}  // namespace tocsin::app
