#include "bench/fleet.h"

#include <array>
#include <string_view>

namespace tocsin::bench {
namespace {

constexpr uint32_t kGpus = 8;
constexpr uint32_t kModels = 16;

struct Family {
  std::string_view name;
  bool is_counter;
};

constexpr std::array kGpuFamilies{
    Family{"DCGM_FI_DEV_GPU_TEMP", false},
    Family{"DCGM_FI_DEV_MEMORY_TEMP", false},
    Family{"DCGM_FI_DEV_POWER_USAGE", false},
    Family{"DCGM_FI_DEV_SM_CLOCK", false},
    Family{"DCGM_FI_DEV_MEM_CLOCK", false},
    Family{"DCGM_FI_DEV_GPU_UTIL", false},
    Family{"DCGM_FI_DEV_MEM_COPY_UTIL", false},
    Family{"DCGM_FI_DEV_ENC_UTIL", false},
    Family{"DCGM_FI_DEV_DEC_UTIL", false},
    Family{"DCGM_FI_DEV_FB_FREE", false},
    Family{"DCGM_FI_DEV_FB_USED", false},
    Family{"DCGM_FI_DEV_XID_ERRORS", true},
    Family{"DCGM_FI_DEV_PCIE_REPLAY_COUNTER", true},
    Family{"DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL", true},
    Family{"nvidia_gpu_duty_cycle", false},
    Family{"nvidia_gpu_memory_used_bytes", false},
    Family{"nvidia_gpu_memory_total_bytes", false},
    Family{"nvidia_gpu_fan_speed_percent", false},
};
constexpr std::array kModelFamilies{
    Family{"vllm:num_requests_running", false},   Family{"vllm:num_requests_waiting", false},
    Family{"vllm:gpu_cache_usage_perc", false},   Family{"vllm:prompt_tokens_total", true},
    Family{"vllm:generation_tokens_total", true}, Family{"vllm:num_preemptions_total", true},
};
constexpr std::array<std::string_view, 4> kStatuses{"200", "400", "429", "500"};
constexpr std::array<std::string_view, 12> kBounds{"0.01", "0.025", "0.05", "0.1",  "0.25", "0.5",
                                                   "1.0",  "2.5",   "5.0",  "10.0", "30.0", "+Inf"};

class Text {
 public:
  Text(uint32_t target, uint32_t scrape) : target_(target), scrape_(scrape) {
    out_.reserve(size_t{kSeriesPerTarget} * 130);
  }

  void gpus() {
    for (const Family& family : kGpuFamilies) {
      head(family.name, family.is_counter ? "counter" : "gauge");
      for (uint32_t gpu = 0; gpu < kGpus; ++gpu) {
        const std::string number = std::to_string(gpu);
        sample(family.name,
               {{"gpu", number},
                {"UUID", "GPU-5b1e" + std::to_string(target_ * kGpus + gpu) + "-9c42-77f0"},
                {"device", "nvidia" + number},
                {"modelName", "NVIDIA H100 80GB HBM3"}},
               value(family.is_counter));
      }
    }
  }

  void models() {
    for (const Family& family : kModelFamilies) {
      head(family.name, family.is_counter ? "counter" : "gauge");
      for (uint32_t m = 0; m < kModels; ++m) {
        sample(family.name, {{"engine", "0"}, {"model_name", model(m)}}, value(family.is_counter));
      }
    }
    head("llm_requests_total", "counter");
    for (uint32_t m = 0; m < kModels; ++m) {
      for (const std::string_view status : kStatuses) {
        sample("llm_requests_total",
               {{"model_name", model(m)}, {"method", "POST"}, {"status", std::string(status)}},
               value(true));
      }
    }
  }

  void histogram(const std::string& name) {
    head(name, "histogram");
    for (uint32_t m = 0; m < kModels; ++m) {
      uint64_t total = 0;
      for (const std::string_view bound : kBounds) {
        total += value(true);
        sample(name + "_bucket", {{"model_name", model(m)}, {"le", std::string(bound)}}, total);
      }
      sample(name + "_sum", {{"model_name", model(m)}}, total / 3);
      sample(name + "_count", {{"model_name", model(m)}}, total);
    }
  }

  /// Gauges of containers until the target has all its series.
  void containers() {
    head("container_memory_usage_bytes", "gauge");
    for (uint32_t c = 0; series_ < kSeriesPerTarget; ++c) {
      sample("container_memory_usage_bytes",
             {{"namespace", "inference"},
              {"pod", "worker-" + std::to_string(target_) + "-" + std::to_string(c)},
              {"container", "server"},
              {"image", "registry.local/inference/server:1.4.2"}},
             value(false));
    }
  }

  std::string take() && { return std::move(out_); }

 private:
  using Pairs = std::initializer_list<std::pair<std::string_view, std::string>>;

  static std::string model(uint32_t m) { return "models/chat-" + std::to_string(m) + "-instruct"; }

  void head(std::string_view name, std::string_view type) {
    out_.append("# HELP ").append(name).append(" One family of the simulated fleet.\n# TYPE ");
    out_.append(name).append(" ").append(type).append("\n");
  }

  void sample(std::string_view name, Pairs labels, uint64_t v) {
    out_.append(name).append("{");
    for (const auto& [label, text] : labels) {
      out_.append(label).append("=\"").append(text).append("\",");
    }
    out_.back() = '}';
    out_.append(" ").append(std::to_string(v)).append("\n");
    ++series_;
  }

  uint64_t value(bool is_counter) {
    uint64_t x = (uint64_t{target_} * kSeriesPerTarget + series_) * 0x9e3779b97f4a7c15u;
    x ^= x >> 31;
    const uint64_t moved = x % 3 == 0 ? 1 : scrape_ + 1;
    if (is_counter) return x % 100'000 + moved * (x % 17);
    return 20 + (x + moved * 7) % 61;
  }

  const uint32_t target_;
  const uint32_t scrape_;
  uint32_t series_ = 0;
  std::string out_;
};

}  // namespace

std::string target_body(uint32_t target, uint32_t scrape) {
  Text text(target, scrape);
  text.gpus();
  text.models();
  text.histogram("llm_request_duration_seconds");
  text.histogram("llm_time_to_first_token_seconds");
  text.containers();
  return std::move(text).take();
}

}  // namespace tocsin::bench
