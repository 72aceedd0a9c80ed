#include "engine/base/log.h"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <mutex>

#include "engine/base/json_writer.h"
#include "engine/base/labels.h"
#include "engine/base/time.h"

namespace tocsin::base {

struct Log::Sink {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kLogfmt;
  std::shared_ptr<spdlog::logger> logger;  // Null: drop everything.
};

namespace {

// Hands lines to a function; tests read the log with it.
class FunctionSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FunctionSink(std::function<void(std::string_view)> write) : write_(std::move(write)) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    write_({message.payload.data(), message.payload.size()});
  }
  void flush_() override {}

 private:
  std::function<void(std::string_view)> write_;
};

std::string_view level_name(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "";
}

std::string_view level_name_upper(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInfo:
      return "INFO";
    case LogLevel::kWarn:
      return "WARN";
    case LogLevel::kError:
      return "ERROR";
  }
  return "";
}

bool needs_quotes(std::string_view value) {
  if (value.empty()) return true;
  for (const char c : value) {
    if (c <= ' ' || c == '"' || c == '=' || c == '\\' || static_cast<uint8_t>(c) >= 0x7f)
      return true;
  }
  return false;
}

void append_logfmt(std::string& out, std::string_view key, std::string_view value) {
  if (!out.empty()) out += ' ';
  out += key;
  out += '=';
  out += needs_quotes(value) ? go_quote(value) : std::string(value);
}

void append_json(std::string& out, std::string_view key, std::string_view value) {
  out += out.empty() ? '{' : ',';
  append_plain_json_string(out, key);
  out += ':';
  append_plain_json_string(out, value);
}

std::string now_text() {
  const auto since_epoch = spdlog::log_clock::now().time_since_epoch();
  return format_rfc3339_ms(
      std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count());
}

std::shared_ptr<spdlog::logger> make_logger(spdlog::sink_ptr sink) {
  auto logger = std::make_shared<spdlog::logger>("tocsin", std::move(sink));
  logger->set_pattern("%v");
  logger->set_level(spdlog::level::trace);
  logger->flush_on(spdlog::level::trace);
  return logger;
}

}  // namespace

Log::Log(std::shared_ptr<Sink> sink) : sink_(std::move(sink)) {}

Log::Log(LogLevel level, LogFormat format)
    : Log(std::make_shared<Sink>(
          Sink{level, format, make_logger(std::make_shared<spdlog::sinks::stderr_sink_mt>())})) {}

Log Log::none() { return Log(std::make_shared<Sink>()); }

Log Log::to(LogLevel level, LogFormat format, std::function<void(std::string_view)> sink) {
  return Log(std::make_shared<Sink>(
      Sink{level, format, make_logger(std::make_shared<FunctionSink>(std::move(sink)))}));
}

Log Log::with_component(std::string component) const {
  Log out = *this;
  out.component_ = std::move(component);
  return out;
}

bool Log::enabled(LogLevel level) const {
  return sink_->logger != nullptr && level >= sink_->level;
}

void Log::write(LogLevel level, std::string_view message,
                std::initializer_list<LogField> fields) const {
  if (!enabled(level)) return;
  std::string line;
  if (sink_->format == LogFormat::kJson) {
    append_json(line, "timestamp", now_text());
    append_json(line, "level", level_name_upper(level));
    if (!component_.empty()) append_json(line, "component", component_);
    append_json(line, "message", message);
    for (const LogField& field : fields) append_json(line, field.key, field.value);
    line += '}';
  } else {
    append_logfmt(line, "ts", now_text());
    append_logfmt(line, "level", level_name(level));
    if (!component_.empty()) append_logfmt(line, "component", component_);
    append_logfmt(line, "msg", message);
    for (const LogField& field : fields) append_logfmt(line, field.key, field.value);
  }
  sink_->logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

void Log::debug(std::string_view message, std::initializer_list<LogField> fields) const {
  write(LogLevel::kDebug, message, fields);
}
void Log::info(std::string_view message, std::initializer_list<LogField> fields) const {
  write(LogLevel::kInfo, message, fields);
}
void Log::warn(std::string_view message, std::initializer_list<LogField> fields) const {
  write(LogLevel::kWarn, message, fields);
}
void Log::error(std::string_view message, std::initializer_list<LogField> fields) const {
  write(LogLevel::kError, message, fields);
}

}  // namespace tocsin::base
