#include "engine/app/demo/fleet.h"

#include <algorithm>
#include <array>

#include "engine/base/number.h"

namespace tocsin::app::demo {
namespace {

constexpr int kNodes = 4;
constexpr int kGpus = 8;
constexpr double kGpuMemoryBytes = 80.0 * 1024 * 1024 * 1024;
constexpr double kMebi = 1024.0 * 1024;
constexpr std::array<double, 8> kLatencyBounds = {0.3, 0.5, 1, 2, 4, 8, 16, 32};

using LabelList = std::initializer_list<std::pair<std::string_view, std::string>>;

void append_sample(std::string& out, std::string_view name, LabelList labels, double value) {
  out += name;
  char open = '{';
  for (const auto& [label, text] : labels) {
    out += open;
    out += label;
    out += "=\"" + text + "\"";
    open = ',';
  }
  if (open == ',') out += '}';
  out += ' ';
  base::append_general(out, value);
  out += '\n';
}

void append_family(std::string& out, std::string_view name, std::string_view type,
                   std::string_view help) {
  out += "# HELP ";
  out += name;
  out += ' ';
  out += help;
  out += "\n# TYPE ";
  out += name;
  out += ' ';
  out += type;
  out += '\n';
}

// "/gpu-3/metrics" → ("gpu", 3).
std::optional<std::pair<std::string, int>> parse_path(std::string_view path) {
  constexpr std::string_view kSuffix = "/metrics";
  if (!path.starts_with('/') || !path.ends_with(kSuffix)) return std::nullopt;
  const std::string_view name = path.substr(1, path.size() - 1 - kSuffix.size());
  const size_t dash = name.find('-');
  if (dash == std::string_view::npos || name.size() != dash + 2) return std::nullopt;
  return std::pair{std::string(name.substr(0, dash)), name[dash + 1] - '0'};
}

std::string bound_text(double bound) {
  std::string out;
  base::append_openmetrics(out, bound);
  return out;
}

double whole(double value) { return static_cast<double>(static_cast<int64_t>(value)); }

struct Gpu {
  std::string index;
  std::string uuid;
  double temperature = 0;
  double utilisation = 0;
  double memory_ratio = 0;
};

void append_dcgm(std::string& out, const std::vector<Gpu>& gpus, std::string_view name,
                 std::string_view help, double (*value)(const Gpu&)) {
  append_family(out, name, "gauge", help);
  for (const Gpu& gpu : gpus) {
    append_sample(out, name,
                  {{"gpu", gpu.index},
                   {"UUID", gpu.uuid},
                   {"device", "nvidia" + gpu.index},
                   {"modelName", "NVIDIA H100 80GB HBM3"}},
                  value(gpu));
  }
}

void append_nvidia(std::string& out, const std::vector<Gpu>& gpus, std::string_view name,
                   std::string_view help, double (*value)(const Gpu&)) {
  append_family(out, name, "gauge", help);
  for (const Gpu& gpu : gpus) {
    append_sample(
        out, name,
        {{"minor_number", gpu.index}, {"uuid", gpu.uuid}, {"name", "NVIDIA H100 80GB HBM3"}},
        value(gpu));
  }
}

}  // namespace

Fleet::Fleet(const base::Clock& clock, uint64_t seed)
    : clock_(clock), started_(clock.now()), random_(seed | 1) {}

std::optional<std::string> Fleet::scrape(std::string_view path) {
  const auto where = parse_path(path);
  if (!where) return std::nullopt;
  const auto& [kind, number] = *where;
  const std::lock_guard lock(mutex_);
  const Trouble trouble = trouble_at(clock_.now() - started_);
  const bool known = number >= 0 && number < (kind == "gpu" ? kNodes : 2);
  if (!known) return std::nullopt;
  if (kind == "gpu") {
    if (number == 3 && trouble.node_gone) return std::nullopt;
    return gpu_node(number, trouble);
  }
  if (kind == "ollama") return ollama(number, trouble);
  if (kind == "vllm") return vllm(number, trouble);
  return std::nullopt;
}

double Fleet::uniform() {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return static_cast<double>(random_ >> 11) * 0x1p-53;
}

double Fleet::wander(double value, double step) {
  return std::clamp(value + (uniform() - 0.5) * step, 0.05, 0.95);
}

Fleet::Server& Fleet::server(std::string_view name, base::DurationMs& since_asked) {
  auto found = servers_.find(name);
  if (found == servers_.end()) found = servers_.emplace(std::string(name), Server{}).first;
  Server& out = found->second;
  const base::TimestampMs now = clock_.now();
  since_asked =
      out.asked_at == 0 ? base::kSecond : std::max<base::DurationMs>(0, now - out.asked_at);
  out.asked_at = now;
  return out;
}

std::string Fleet::gpu_node(int node, const Trouble& trouble) {
  std::vector<Gpu> gpus;
  for (int i = 0; i < kGpus; ++i) {
    base::DurationMs since = 0;
    const std::string index = std::to_string(i);
    Server& state = server("gpu-" + std::to_string(node) + "/" + index, since);
    state.load = wander(state.load, 0.2);
    Gpu gpu{index, "GPU-" + std::to_string(node) + "f3a" + index, 45 + 30 * state.load,
            100 * state.load, 0.4 + 0.4 * state.load};
    if (trouble.hot_gpu && node == 2 && i == 5) gpu.temperature = 93 + 3 * uniform();
    if (trouble.full_memory && node == 1 && i == 2) gpu.memory_ratio = 0.97 + 0.02 * uniform();
    gpus.push_back(std::move(gpu));
  }
  std::string out;
  append_dcgm(out, gpus, "DCGM_FI_DEV_GPU_TEMP", "GPU temperature (in C).",
              [](const Gpu& gpu) { return whole(gpu.temperature); });
  append_dcgm(out, gpus, "DCGM_FI_DEV_GPU_UTIL", "GPU utilization (in %).",
              [](const Gpu& gpu) { return whole(gpu.utilisation); });
  append_dcgm(out, gpus, "DCGM_FI_DEV_FB_USED", "Frame buffer memory used (in MiB).",
              [](const Gpu& gpu) { return whole(gpu.memory_ratio * kGpuMemoryBytes / kMebi); });
  append_dcgm(out, gpus, "DCGM_FI_DEV_POWER_USAGE", "Power draw (in W).",
              [](const Gpu& gpu) { return 90 + 6 * gpu.utilisation; });
  append_nvidia(out, gpus, "nvidia_gpu_memory_used_bytes", "Memory used by the GPU device in bytes",
                [](const Gpu& gpu) { return whole(gpu.memory_ratio * kGpuMemoryBytes); });
  append_nvidia(out, gpus, "nvidia_gpu_memory_total_bytes",
                "Total memory of the GPU device in bytes",
                [](const Gpu&) { return kGpuMemoryBytes; });
  append_nvidia(out, gpus, "nvidia_gpu_duty_cycle", "Percent of time when the GPU was active",
                [](const Gpu& gpu) { return whole(gpu.utilisation); });
  return out;
}

std::string Fleet::ollama(int number, const Trouble& trouble) {
  base::DurationMs since = 0;
  Server& state = server("ollama-" + std::to_string(number), since);
  state.load = wander(state.load, 0.1);
  const double seconds = static_cast<double>(since) / 1000;
  const double served = seconds * (5 + 20 * state.load);
  state.requests += served;
  if (trouble.ollama_errors && number == 1) state.errors += served * (0.18 + 0.04 * uniform());
  std::string out;
  append_family(out, "ollama_requests_total", "counter", "Requests by model.");
  append_sample(out, "ollama_requests_total", {{"model", "deepseek-r1:14b"}},
                whole(state.requests));
  append_family(out, "ollama_request_errors_total", "counter", "Failed requests by model.");
  append_sample(out, "ollama_request_errors_total", {{"model", "deepseek-r1:14b"}},
                whole(state.errors));
  append_family(out, "ollama_queue_size", "gauge", "Requests waiting.");
  append_sample(out, "ollama_queue_size", {{"model", "deepseek-r1:14b"}}, whole(12 * state.load));
  return out;
}

std::string Fleet::vllm(int number, const Trouble& trouble) {
  base::DurationMs since = 0;
  Server& state = server("vllm-" + std::to_string(number), since);
  state.buckets.resize(kLatencyBounds.size() + 1);
  state.load = wander(state.load, 0.1);
  const bool slow = trouble.vllm_slow && number == 0;
  const int served = static_cast<int>(static_cast<double>(since) / 1000 * (10 + 10 * state.load));
  for (int i = 0; i < served; ++i) {
    const double latency = slow ? 4 + 12 * uniform() : 0.2 + 1.5 * uniform() * uniform();
    const auto bucket = std::ranges::lower_bound(kLatencyBounds, latency) - kLatencyBounds.begin();
    state.buckets[static_cast<size_t>(bucket)] += 1;
    state.latency_sum += latency;
    state.requests += 1;
  }
  const std::string model = "meta-llama/Llama-3.1-70B-Instruct";
  std::string out;
  append_family(out, "vllm:num_requests_running", "gauge",
                "Number of requests in model execution batches.");
  append_sample(out, "vllm:num_requests_running", {{"model_name", model}}, whole(16 * state.load));
  append_family(out, "vllm:e2e_request_latency_seconds", "histogram",
                "Histogram of e2e request latency in seconds.");
  double cumulative = 0;
  for (size_t i = 0; i <= kLatencyBounds.size(); ++i) {
    cumulative += state.buckets[i];
    const std::string bound = i == kLatencyBounds.size() ? "+Inf" : bound_text(kLatencyBounds[i]);
    append_sample(out, "vllm:e2e_request_latency_seconds_bucket",
                  {{"model_name", model}, {"le", bound}}, cumulative);
  }
  append_sample(out, "vllm:e2e_request_latency_seconds_sum", {{"model_name", model}},
                state.latency_sum);
  append_sample(out, "vllm:e2e_request_latency_seconds_count", {{"model_name", model}}, cumulative);
  return out;
}

}  // namespace tocsin::app::demo
