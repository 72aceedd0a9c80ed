#include "engine/app/demo/story.h"

namespace tocsin::app::demo {
namespace {

bool between(base::DurationMs t, base::DurationMs from_s, base::DurationMs to_s) {
  return t >= from_s * base::kSecond && t < to_s * base::kSecond;
}

}  // namespace

Trouble trouble_at(base::DurationMs elapsed) {
  const base::DurationMs t = elapsed % kStoryLength;
  return {.hot_gpu = between(t, 5, 28),
          .full_memory = between(t, 9, 34),
          .ollama_errors = between(t, 7, 32),
          .vllm_slow = between(t, 12, 36),
          .node_gone = between(t, 15, 30)};
}

}  // namespace tocsin::app::demo
