#pragma once

#include <functional>

#include "client/task_runner.h"
#include "common/data/partition/partition.h"
#include "server/engine.h"

namespace covey::simulator {

/// Where virtual users train. The result is the same wherever that is.
class Workers {
 public:
  using Done = std::function<void(Result<client::TaskResult>)>;

  virtual ~Workers() = default;

  /// Lets the task's user train; `done` is called from run_completions().
  virtual void submit(const server::OutgoingTask& task, const learn::MemberState& state, Done done) = 0;

  /// Runs on this thread what follows from all that has ended, jobs of the engine included. With `wait`,
  /// waits until something has, unless nothing is under way. Returns how many completions ran.
  virtual Result<std::size_t> run_completions(bool wait) = 0;

  /// Jobs that wait or run, those of the engine included, and completions that have not run.
  virtual std::size_t unfinished() const = 0;
};

/// Who trains which samples, and how.
struct UserData {
  config::Experiment experiment;
  std::vector<learn::Samples> samples;  ///< per user; they refer to the data set's images
};
UserData make_user_data(const config::Experiment& experiment, const data::Dataset& dataset,
                        const data::Partition& partition);

/// `indices` of `images`, with their labels where `labelled`.
learn::Samples select_samples(const data::SampleSet& set, std::vector<std::uint32_t> indices, bool labelled);

/// Cuts `samples` to the first `count`; 0 keeps all.
///   errors  kInvalidArgument "--samples: ..." where there are fewer
Status keep_asked(std::size_t count, learn::Samples& samples);

/// The worker threads of this process. `pool` and `users` outlive the object.
std::unique_ptr<Workers> make_local_workers(learn::WorkerPool& pool, const UserData& users);

}  // namespace covey::simulator
