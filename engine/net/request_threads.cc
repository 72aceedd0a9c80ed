#include "engine/net/request_threads.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace tocsin::net {

using Task = std::function<void()>;

struct RequestThreads::State {
  struct Worker {
    Task task;
    std::condition_variable wake;
    std::thread thread;
  };
  using Workers = std::list<Worker>;

  const size_t threads_max;
  const std::chrono::milliseconds idle_time;
  std::mutex mutex;
  std::deque<Task> waiting;
  Workers workers;
  Workers ended;  // to be joined
  std::vector<Worker*> idle;
  std::condition_variable all_ended;
  bool stopping = false;

  State(size_t most, std::chrono::milliseconds time)
      : threads_max(std::max<size_t>(most, 1)), idle_time(time) {}

  // A thread that runs `task`. False: the machine has none to give.
  bool start(Task& task) {
    const auto worker = workers.emplace(workers.end());
    worker->task = std::move(task);
    try {
      worker->thread = std::thread([this, worker] { work(worker); });
      return true;
    } catch (const std::system_error&) {
      task = std::move(worker->task);
      workers.erase(worker);
      return false;
    }
  }

  void work(Workers::iterator me) {
    std::unique_lock lock(mutex);
    while (me->task) {
      lock.unlock();
      me->task();
      me->task = nullptr;  // What it captured goes before the lock is taken again.
      lock.lock();
      if (!waiting.empty()) {
        me->task = std::move(waiting.front());
        waiting.pop_front();
      } else if (!stopping) {
        wait(*me, lock);
      }
    }
    ended.splice(ended.end(), workers, me);
    if (workers.empty()) all_ended.notify_all();
  }

  // Until there is a task, or none for so long that the thread may end.
  void wait(Worker& me, std::unique_lock<std::mutex>& lock) {
    idle.push_back(&me);
    const auto is_called = [&] { return me.task || stopping; };
    while (!me.wake.wait_for(lock, idle_time, is_called) && workers.size() == 1) {
    }
    if (!me.task) std::erase(idle, &me);
  }
};

RequestThreads::RequestThreads(size_t threads_max, std::chrono::milliseconds idle_time)
    : state_(std::make_unique<State>(threads_max, idle_time)) {
  submit([] {});  // From now on there is a thread, whatever the machine has left later.
}

RequestThreads::~RequestThreads() {
  std::unique_lock lock(state_->mutex);
  state_->stopping = true;
  for (State::Worker* worker : state_->idle) worker->wake.notify_one();
  state_->all_ended.wait(lock, [this] { return state_->workers.empty(); });
  lock.unlock();
  for (State::Worker& worker : state_->ended) worker.thread.join();
}

void RequestThreads::submit(std::function<void()> task) {
  State::Workers ended;
  const std::lock_guard lock(state_->mutex);
  ended.swap(state_->ended);
  for (State::Worker& worker : ended) worker.thread.join();
  if (!state_->idle.empty()) {
    State::Worker* const worker = state_->idle.back();
    state_->idle.pop_back();
    worker->task = std::move(task);
    worker->wake.notify_one();
    return;
  }
  const bool may_start = state_->workers.size() < state_->threads_max;
  if (!may_start || !state_->start(task)) state_->waiting.push_back(std::move(task));
}

size_t RequestThreads::threads() const {
  const std::lock_guard lock(state_->mutex);
  return state_->workers.size();
}

}  // namespace tocsin::net
