#include "simulator/workers.h"

namespace covey::simulator {

namespace {

/// Behind a user's unlabelled images come those that it knows the labels of.
void add_labelled(const data::SampleSet& images, const std::vector<std::uint32_t>& indices,
                  learn::Samples& samples) {
  samples.labels.assign(samples.size(), data::kNoLabel);
  for (const std::uint32_t index : indices) {
    samples.indices.push_back(index);
    samples.labels.push_back(images.labels[index]);
  }
}

class LocalWorkers final : public Workers {
 public:
  LocalWorkers(learn::WorkerPool& pool, const UserData& users) : pool_(pool), users_(users) {}

  void submit(const server::OutgoingTask& task, const learn::MemberState& state, Done done) override {
    // The job may still wait when this object is gone; the users are not.
    pool_.submit([users = &users_, task, state,
                  done = std::move(done)](learn::LocalTrainer& trainer) -> learn::WorkerPool::Completion {
      auto result = client::run_task(trainer, users->experiment,
                                     {task.round, task.attempt, task.user, task.curvature_probes},
                                     *task.model_bytes, users->samples[task.user.value], state);
      return [done, result = std::move(result)]() mutable { done(std::move(result)); };
    });
  }
  Result<std::size_t> run_completions(bool wait) override { return pool_.run_completions(wait); }
  std::size_t unfinished() const override { return pool_.unfinished(); }

 private:
  learn::WorkerPool& pool_;
  const UserData& users_;
};

}  // namespace

learn::Samples select_samples(const data::SampleSet& set, std::vector<std::uint32_t> indices, bool labelled) {
  learn::Samples samples;
  samples.set = &set;
  samples.indices = std::move(indices);
  if (!labelled) return samples;
  for (const std::uint32_t index : samples.indices) samples.labels.push_back(set.labels[index]);
  return samples;
}

Status keep_asked(std::size_t count, learn::Samples& samples) {
  if (count > samples.size()) {
    return invalid_argument("--samples: " + std::to_string(count) + ", allowed: 0 (all) to " +
                            std::to_string(samples.size()));
  }
  learn::keep_first(count, samples);
  return ok_status();
}

UserData make_user_data(const config::Experiment& experiment, const data::Dataset& dataset,
                        const data::Partition& partition) {
  const bool labelled = experiment.training.objective == "supervised";
  UserData users{experiment, {}};
  for (const auto& indices : partition.users)
    users.samples.push_back(select_samples(dataset.train, indices, labelled));
  for (std::size_t user = 0; user < partition.labelled_users.size(); ++user)
    add_labelled(dataset.train, partition.labelled_users[user], users.samples[user]);
  return users;
}

std::unique_ptr<Workers> make_local_workers(learn::WorkerPool& pool, const UserData& users) {
  return std::make_unique<LocalWorkers>(pool, users);
}

}  // namespace covey::simulator
