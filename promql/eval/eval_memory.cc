#include "promql/eval/eval_memory.h"

#include <utility>

namespace tocsin::promql {

Frame& EvalMemory::take_frame() {
  if (frames_used_ == frames_.size()) frames_.push_back(std::make_unique<Frame>());
  return *frames_[frames_used_++];
}

void EvalMemory::release_histograms() {
  for (const auto& frame : frames_) frame->histograms.clear();
}

std::unique_ptr<EvalMemory> EvalMemoryPool::take() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<EvalMemory> memory = std::move(idle_.back());
      idle_.pop_back();
      return memory;
    }
  }
  return std::make_unique<EvalMemory>();
}

void EvalMemoryPool::give(std::unique_ptr<EvalMemory> memory) {
  memory->release_histograms();
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(memory));
}

void EvalMemoryPool::clear() {
  const std::lock_guard lock(mutex_);
  idle_.clear();
}

EvalMemory& LentMemory::get() {
  if (memory_ == nullptr) {
    memory_ = pool_ == nullptr ? std::make_unique<EvalMemory>() : pool_->take();
  }
  return *memory_;
}

void LentMemory::give_back() {
  if (memory_ != nullptr && pool_ != nullptr) pool_->give(std::move(memory_));
}

}  // namespace tocsin::promql
