#include "simulator/workers.h"

#include <map>

#include "common/learn/exchanged_tensors.h"

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

/// A download that is checked once for all who train from it.
class OpenModel {
 public:
  OpenModel(std::shared_ptr<const Bytes> bytes, Layout layout)
      : bytes_(std::move(bytes)),
        layout_(std::move(layout)),
        view_(quant::ContainerView::parse(*bytes_, layout_)) {}
  OpenModel(const OpenModel&) = delete;
  OpenModel& operator=(const OpenModel&) = delete;

  const Result<quant::ContainerView>& view() const { return view_; }

 private:
  std::shared_ptr<const Bytes> bytes_;
  Layout layout_;
  Result<quant::ContainerView> view_;  ///< of the two
};

class LocalWorkers final : public Workers {
 public:
  LocalWorkers(learn::WorkerPool& pool, const UserData& users) : pool_(pool), users_(users) {}

  void submit(const server::OutgoingTask& task, const learn::MemberState& state, Done done) override {
    // The job may still wait when this object is gone; the users are not.
    pool_.submit([users = &users_, task, state, model = open(task),
                  done = std::move(done)](learn::LocalTrainer& trainer) -> learn::WorkerPool::Completion {
      auto result = train(trainer, *users, task, *model, state);
      return [done, result = std::move(result)]() mutable { done(std::move(result)); };
    });
  }
  Result<std::size_t> run_completions(bool wait) override { return pool_.run_completions(wait); }
  std::size_t unfinished() const override { return pool_.unfinished(); }

 private:
  std::shared_ptr<const OpenModel> open(const server::OutgoingTask& task) {
    const auto known = open_.find(task.model_bytes.get());
    auto model = known == open_.end() ? nullptr : known->second.lock();
    if (model) return model;
    for (auto one = open_.begin(); one != open_.end();)
      one = one->second.expired() ? open_.erase(one) : std::next(one);
    model = std::make_shared<const OpenModel>(task.model_bytes,
                                              learn::exchanged_layout(pool_.layout(), users_.experiment));
    open_[task.model_bytes.get()] = model;
    return model;
  }

  static Result<client::TaskResult> train(learn::LocalTrainer& trainer, const UserData& users,
                                          const server::OutgoingTask& task, const OpenModel& model,
                                          const learn::MemberState& state) {
    if (!model.view().ok()) return model.view().status();
    return client::run_task(trainer, users.experiment,
                            {task.round, task.attempt, task.user, task.curvature_probes}, *model.view(),
                            users.samples[task.user.value], state);
  }

  learn::WorkerPool& pool_;
  const UserData& users_;
  /// Those that jobs hold, by their bytes, which stay where they are for as long; others are gone.
  std::map<const Bytes*, std::weak_ptr<const OpenModel>> open_;
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
