#include "common/learn/task.h"

#include "common/learn/tasks/classification.h"
#include "common/learn/tasks/next_word.h"
#include "common/learn/tasks/phrase_grounding.h"

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
    r.add("phrase-grounding", make_phrase_grounding);
    return r;
  }();
  return registry;
}

Result<std::unique_ptr<Task>> make_task(const data::DataSpec& spec) {
  COVEY_ASSIGN_OR_RETURN(const TaskMaker make, task_registry().find(spec.task));
  return make(spec);
}

std::unique_ptr<Task> task_of(const data::DataSpec& spec) {
  auto task = make_task(spec);
  COVEY_CHECK(task.ok(), task.status().message());
  return *std::move(task);
}

}  // namespace covey::learn
