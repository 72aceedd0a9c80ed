// A list as JSON that is made while it is read.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/api/envelope.h"
#include "engine/net/http_server.h"

namespace tocsin::api {

/// `begin`, the items with commas between them, `end`.
template <typename Item>
class JsonList final : public net::BodySource {
 public:
  /// Appends an item's JSON.
  using Write = std::function<void(std::string&, const Item&)>;
  JsonList(std::string begin, std::vector<Item> items, Write write, std::string end)
      : begin_(std::move(begin)),
        items_(std::move(items)),
        write_(std::move(write)),
        end_(std::move(end)) {}

  bool append_to(std::string& out, size_t bytes) override {
    out += std::exchange(begin_, {});
    const size_t before = out.size();
    for (; next_ < items_.size(); ++next_) {
      if (out.size() >= bytes) {
        text_bytes_ += out.size() - before;
        return true;
      }
      if (next_ != 0) out += ',';
      write_(out, items_[next_]);
    }
    out += end_;
    return false;
  }
  /// As much as the text would take.
  uint64_t bytes_kept() const override {
    const size_t per_item = next_ == 0 ? 0 : text_bytes_ / next_;
    return items_.size() * std::max(sizeof(Item), per_item);
  }

 private:
  std::string begin_;
  const std::vector<Item> items_;
  const Write write_;
  const std::string end_;
  size_t next_ = 0;
  size_t text_bytes_ = 0;  // of the items written
};

/// 200 with such a list.
template <typename Item, typename Write>
net::ServerResponse respond_with_list(std::string begin, std::vector<Item> items, Write write,
                                      std::string end) {
  return respond_with(std::make_shared<JsonList<Item>>(std::move(begin), std::move(items),
                                                       std::move(write), std::move(end)));
}

/// success() of such a list.
template <typename Item, typename Write>
net::ServerResponse list_success(std::vector<Item> items, Write write,
                                 const std::vector<std::string>& warnings = {}) {
  return respond_with_list(begin_success("["), std::move(items), std::move(write),
                           end_success("]", warnings));
}

}  // namespace tocsin::api
