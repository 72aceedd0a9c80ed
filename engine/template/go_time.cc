#include "engine/template/go_time.h"

#include <date/tz.h>

#include <algorithm>
#include <chrono>
#include <exception>

namespace tocsin::tmpl {
namespace {

class FixedZone final : public Zone {
 public:
  FixedZone(int32_t seconds, std::string name) : offset_{seconds, std::move(name)} {}
  Offset at(int64_t) const override { return offset_; }
  int64_t to_unix(int64_t local_seconds) const override { return local_seconds - offset_.seconds; }

 private:
  Offset offset_;
};

// The library's calendar ends at year 32767; rules of zones do not change by then.
int64_t within_calendar(int64_t seconds) {
  constexpr int64_t kFarthest = 900'000'000'000;
  return std::clamp(seconds, -kFarthest, kFarthest);
}

class IanaZone final : public Zone {
 public:
  explicit IanaZone(const date::time_zone* zone) : zone_(zone) {}

  Offset at(int64_t unix_seconds) const override {
    const auto info =
        zone_->get_info(date::sys_seconds(std::chrono::seconds(within_calendar(unix_seconds))));
    return {static_cast<int32_t>(info.offset.count()), info.abbrev};
  }

  int64_t to_unix(int64_t local_seconds) const override {
    // In a gap or an overlap Go documents either reading as valid; the first is taken.
    const auto info =
        zone_->get_info(date::local_seconds(std::chrono::seconds(within_calendar(local_seconds))));
    return local_seconds - info.first.offset.count();
  }

 private:
  const date::time_zone* zone_;  // Owned by the library's database, which lives for ever.
};

}  // namespace

base::Result<ZonePtr> load_zone(std::string_view name) {
  if (name.empty() || name == "UTC") return ZonePtr();
  try {
    return ZonePtr(std::make_shared<IanaZone>(date::locate_zone(std::string(name))));
  } catch (const std::exception&) {
    // The library has no way of asking that does not throw.
    return base::Error{base::Code::kInvalid, "unknown time zone " + std::string(name)};
  }
}

ZonePtr fixed_zone(int32_t offset_seconds, std::string name) {
  return std::make_shared<FixedZone>(offset_seconds, std::move(name));
}

}  // namespace tocsin::tmpl
