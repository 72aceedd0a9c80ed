// What goes wrong in the demo, and when.
#pragma once

#include <cstdint>

#include "engine/base/time.h"

namespace tocsin::app::demo {

/// Part of the fleet's state that the story scripts.
struct Trouble {
  bool hot_gpu = false;        ///< gpu-2, GPU 5 overheats.
  bool full_memory = false;    ///< gpu-1, GPU 2 fills its memory.
  bool ollama_errors = false;  ///< ollama-1 fails one request in five.
  bool vllm_slow = false;      ///< vllm-0 answers slowly.
  bool node_gone = false;      ///< gpu-3 does not answer.
};

/// The story repeats after this long; everything has recovered well before.
inline constexpr base::DurationMs kStoryLength = 3 * base::kMinute;

/// The troubles `elapsed` after the start of the demo. Pure.
Trouble trouble_at(base::DurationMs elapsed);

}  // namespace tocsin::app::demo
