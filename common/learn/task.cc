#include "common/learn/task.h"

#include "common/learn/tasks/classification.h"
#include "common/learn/tasks/next_word.h"

namespace covey::learn {

Score& Score::operator+=(const Score& other) {
  right += other.right;
  answers += other.answers;
  loss += other.loss;
  return *this;
}

const Registry<TaskMaker>& task_registry() {
  static const Registry<TaskMaker> registry = [] {
    Registry<TaskMaker> r("task");
    r.add("classification", make_classification);
    r.add("next-word", make_next_word);
    return r;
  }();
  return registry;
}

std::unique_ptr<Task> make_task(const std::string& name) {
  const auto maker = task_registry().find(name);
  COVEY_CHECK(maker.ok(), maker.status().message());
  return (*maker)();
}

}  // namespace covey::learn
