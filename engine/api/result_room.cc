#include "engine/api/result_room.h"

#include <string>
#include <utility>

#include "engine/api/envelope.h"

namespace tocsin::api {
namespace {

/// A body with the room that it takes.
class RoomyBody final : public net::BodySource {
 public:
  RoomyBody(std::shared_ptr<net::BodySource> body, std::shared_ptr<std::atomic<uint64_t>> taken)
      : body_(std::move(body)), bytes_(body_->bytes_kept()), taken_(std::move(taken)) {
    taken_before_ = taken_->fetch_add(bytes_, std::memory_order_relaxed);
  }
  ~RoomyBody() override {
    body_.reset();
    taken_->fetch_sub(bytes_, std::memory_order_relaxed);
  }
  RoomyBody(const RoomyBody&) = delete;
  RoomyBody& operator=(const RoomyBody&) = delete;

  bool fits(uint64_t bytes_max) const {
    return taken_before_ == 0 || taken_before_ + bytes_ <= bytes_max;
  }
  bool append_to(std::string& out, size_t bytes) override { return body_->append_to(out, bytes); }
  uint64_t bytes_kept() const override { return bytes_; }

 private:
  std::shared_ptr<net::BodySource> body_;
  const uint64_t bytes_;
  const std::shared_ptr<std::atomic<uint64_t>> taken_;
  uint64_t taken_before_ = 0;
};

}  // namespace

void ResultRoom::admit(net::ServerResponse& response) const {
  if (response.rest == nullptr) return;
  auto body = std::make_shared<RoomyBody>(std::move(response.rest), taken_);
  if (body->fits(bytes_max_)) {
    response.rest = std::move(body);
    return;
  }
  response = failure(ErrorType::kUnavailable,
                     "other clients have yet to read answers of together --query.max-memory=" +
                         std::to_string(bytes_max_) + " bytes; try again later");
  response.status = 503;
}

}  // namespace tocsin::api
