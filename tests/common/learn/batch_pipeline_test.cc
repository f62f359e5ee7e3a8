// The pipeline is held to a twin that makes each view on the spot.
#include "common/learn/batch_pipeline.h"
#include "common/base/image_shape.h"

#include <gtest/gtest.h>

#include "common/data/augment/normaliser.h"
#include "common/data/augment/views.h"
#include "tests/common/learn/hand_made.h"

namespace covey::learn {
namespace {

/// Made when it is asked for, and made ahead.
constexpr std::size_t kBatches[] = {4, 128};
constexpr std::size_t kSteps = 6;

Stream stream(Purpose purpose) {
  return {9, StreamId{purpose, 2, 0, 3}};
}

class AnyBatch : public ::testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(BatchPipeline, AnyBatch, ::testing::ValuesIn(kBatches));

PipelineOptions options(const Samples& samples, std::size_t batch) {
  PipelineOptions options;
  options.samples = &samples;
  options.steps = kSteps;
  options.batch = batch;
  options.weak = true;
  options.strong = true;
  static const data::DataSpec spec{ImageShape{1, 8, 8}, 3, {{0.5f}, {0.25f}}};
  options.spec = &spec;
  return options;
}

torch::Tensor twin_view(const PipelineOptions& o, std::uint32_t sample, std::uint64_t item) {
  const ImageShape shape = ImageShape::of(o.spec->format);
  data::Augmenter augmenter({shape, true, 0.5});
  const data::Normaliser normaliser(shape, o.spec->normalisation);
  std::vector<std::uint8_t> pixels(shape.bytes());
  Sequence draws(stream(Purpose::kAugment), item);
  const auto image = o.samples->set->sample(sample);
  if (item % 2 == 0) {
    augmenter.weak_view(image, draws, Span<std::uint8_t>(pixels));
  } else {
    augmenter.strong_view(image, draws, Span<std::uint8_t>(pixels));
  }
  torch::Tensor view = torch::empty({1, 8, 8});
  normaliser.normalise(pixels, {view.data_ptr<float>(), pixels.size()});
  return view;
}

TEST_P(AnyBatch, GivesTheViewsAndLabelsOfItsSamplesInOrder) {
  const std::size_t size = GetParam();
  const data::SampleSet images = testing::striped_images(300);
  Samples samples{&images, {}, {}};
  for (std::uint32_t i = 0; i < 2 * size + 1; ++i) samples.indices.push_back(7 * i % 300);
  for (const std::uint32_t index : samples.indices) samples.labels.push_back(images.labels[index]);
  const PipelineOptions o = options(samples, size);
  BatchPipeline pipeline(o, stream(Purpose::kDataOrder), stream(Purpose::kAugment));
  SampleOrder order(samples.size(), size, stream(Purpose::kDataOrder));
  for (std::size_t step = 0; step < kSteps; ++step) {
    const Batch batch = pipeline.next();
    const auto positions = order.next();
    for (std::size_t i = 0; i < size; ++i) {
      const auto row = static_cast<std::int64_t>(i);
      const std::uint64_t item = 2 * (step * size + i);
      const std::uint32_t sample = samples.indices[positions[i]];
      EXPECT_TRUE(torch::equal(batch.weak[row], twin_view(o, sample, item)));
      EXPECT_TRUE(torch::equal(batch.strong[row], twin_view(o, sample, item + 1)));
      EXPECT_EQ(batch.labels[row].item<std::int64_t>(), images.labels[sample]);
    }
  }
}

TEST(BatchPipeline, MakesOnlyTheViewsThatAreAskedFor) {
  const data::SampleSet images = testing::striped_images(8);
  const Samples samples = all_samples(images);
  PipelineOptions o = options(samples, 4);
  o.weak = false;
  BatchPipeline pipeline(o, stream(Purpose::kDataOrder), stream(Purpose::kAugment));
  const Batch batch = pipeline.next();
  EXPECT_FALSE(batch.weak.defined());
  EXPECT_TRUE(batch.strong.defined());
}

TEST_P(AnyBatch, EndsCleanlyWhenNobodyTakesTheRest) {
  const data::SampleSet images = testing::striped_images(200);
  const Samples samples = all_samples(images);
  for (int taken = 0; taken < 3; ++taken) {
    BatchPipeline pipeline(options(samples, GetParam()), stream(Purpose::kDataOrder),
                           stream(Purpose::kAugment));
    for (int i = 0; i < taken; ++i) pipeline.next();
  }
}

TEST(BatchPipelineDeathTest, MoreThanTheAgreedStepsIsABrokenPromise) {
  const data::SampleSet images = testing::striped_images(8);
  const Samples samples = all_samples(images);
  const auto overdraw = [&] {
    BatchPipeline pipeline(options(samples, 4), stream(Purpose::kDataOrder), stream(Purpose::kAugment));
    for (std::size_t i = 0; i <= kSteps; ++i) pipeline.next();
  };
  EXPECT_DEATH(overdraw(), "no more than the agreed steps");
}

}  // namespace
}  // namespace covey::learn
