// Runs independent tasks on a fixed number of threads.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace tocsin::base {

/// Where work goes that must not hold up a Loop. Thread-safe.
class Executor {
 public:
  virtual ~Executor() = default;
  /// Runs `task` on some thread, some time. Tasks must not throw.
  virtual void submit(std::function<void()> task) = 0;
};

/// A fixed pool of threads over one first-in-first-out queue. The destructor finishes what was
/// submitted, then joins.
class ThreadPool final : public Executor {
 public:
  explicit ThreadPool(size_t threads);
  ~ThreadPool() override;
  void submit(std::function<void()> task) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Runs each task at once on the caller's thread; for tests and commands.
class InlineExecutor final : public Executor {
 public:
  void submit(std::function<void()> task) override { task(); }
};

}  // namespace tocsin::base
