#include "common/learn/probe.h"

#include "common/data/kinds/registry.h"
#include "common/nn/state.h"

namespace covey::learn {

namespace {

constexpr std::uint32_t kSamples = 2;
constexpr std::int64_t kSteps = 2;

data::SampleSet noise(const TrainingSetup& setup) {
  const data::DataSpec& spec = setup.spec;
  Sequence draws(Stream(setup.experiment.seed, {Purpose::kProbe, 0, 0, kNoEntity}), 0);
  data::SampleSet samples;
  samples.format = spec.format;
  samples.bytes = data::kind_of(spec.format).noise(spec, kSamples, draws);
  for (std::uint32_t i = 0; i < kSamples; ++i) {
    samples.labels.push_back(static_cast<std::int32_t>(i % static_cast<std::uint32_t>(spec.classes)));
  }
  return samples;
}

}  // namespace

Result<Digest> numeric_probe(LocalTrainer& trainer, const TrainingSetup& setup) {
  Values values = nn::read_values(trainer.model(), trainer.layout());
  const data::SampleSet set = noise(setup);
  const Samples samples = all_samples(set);
  LocalTask task{0, 0, kNoEntity, "supervised", &samples, kSteps, kSamples};
  task.keep_optimizer = false;
  Values optimizer;
  COVEY_ASSIGN_OR_RETURN([[maybe_unused]] const LocalReport report, trainer.train(task, values, optimizer));
  return sha256({reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(float)});
}

}  // namespace covey::learn
