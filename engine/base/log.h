// The program's own log: one line per event, logfmt or JSON, to standard error.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace tocsin::base {

enum class LogLevel : uint8_t { kDebug, kInfo, kWarn, kError };
enum class LogFormat : uint8_t { kLogfmt, kJson };

/// A key and its value. Values are quoted as the format needs. Never pass a secret.
struct LogField {
  std::string_view key;
  std::string value;
};

/// Writes structured lines. Thread-safe; cheap to copy (shares one sink).
class Log {
 public:
  /// To standard error.
  Log(LogLevel level, LogFormat format);
  /// Drops everything; for tests and commands.
  static Log none();
  /// Hands each finished line (without newline) to `sink`; for tests.
  static Log to(LogLevel level, LogFormat format, std::function<void(std::string_view)> sink);

  /// The same log with component=… on every line.
  Log with_component(std::string component) const;

  void debug(std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void info(std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void warn(std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) const;
  bool enabled(LogLevel level) const;

 private:
  struct Sink;
  explicit Log(std::shared_ptr<Sink> sink);
  void write(LogLevel level, std::string_view message,
             std::initializer_list<LogField> fields) const;
  std::shared_ptr<Sink> sink_;
  std::string component_;
};

}  // namespace tocsin::base
