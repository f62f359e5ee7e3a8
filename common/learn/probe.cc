#include "common/learn/probe.h"

#include "common/nn/state.h"

namespace covey::learn {

namespace {

constexpr std::uint32_t kImages = 2;
constexpr std::int64_t kSteps = 2;

data::Images noise(const TrainingSetup& setup) {
  Sequence draws(Stream(setup.experiment.seed, {Purpose::kProbe, 0, 0, kNoEntity}), 0);
  data::Images images;
  images.shape = setup.shape;
  for (std::size_t i = 0; i < kImages * setup.shape.bytes(); ++i) {
    images.pixels.push_back(static_cast<std::uint8_t>(draws.below(256)));
  }
  for (std::uint32_t i = 0; i < kImages; ++i) {
    images.labels.push_back(static_cast<std::int32_t>(i % static_cast<std::uint32_t>(setup.classes)));
  }
  return images;
}

}  // namespace

Result<Digest> numeric_probe(LocalTrainer& trainer, const TrainingSetup& setup) {
  Values values(trainer.layout().value_count());
  nn::read_values(trainer.model(), trainer.layout(), Span<float>(values));
  const data::Images images = noise(setup);
  const Samples samples = all_samples(images);
  Values optimizer;
  COVEY_ASSIGN_OR_RETURN(
      [[maybe_unused]] const LocalReport report,
      trainer.train({0, 0, kNoEntity, "supervised", &samples, kSteps, kImages}, values, optimizer));
  return sha256({reinterpret_cast<const std::uint8_t*>(values.data()), values.size() * sizeof(float)});
}

}  // namespace covey::learn
