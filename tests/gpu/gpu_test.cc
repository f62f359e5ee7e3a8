// What a GPU changes: nothing but the last bits, and the same ones every time. Skips where there is none.
#include <gtest/gtest.h>

#include "common/curvature/hessian.h"
#include "common/curvature/prepare.h"
#include "common/curvature/probes.h"
#include "common/learn/curvature_answers.h"
#include "common/learn/evaluate.h"
#include "common/nn/device.h"
#include "common/nn/state.h"
#include "tests/common/learn/hand_made.h"
#include "tests/support/registered_models.h"

namespace covey {
namespace {

using curvature::ParameterVector;
using learn::testing::small_setup;
using learn::testing::striped_images;

class Gpu : public ::testing::Test {
 protected:
  void SetUp() override {
    if (nn::choose_device().is_cpu()) GTEST_SKIP() << "no GPU here, or a LibTorch without CUDA";
  }

  /// What `setup` makes of the initial model.
  Values trained(const learn::TrainingSetup& setup) const {
    const auto trainer = *learn::LocalTrainer::make(setup);
    Values values = initial(*trainer);
    Values optimizer_state;
    const learn::LocalTask task{1, 0, 1, setup.experiment.training.objective, &samples_};
    const auto report = trainer->train(task, values, optimizer_state);
    EXPECT_TRUE(report.ok()) << report.status().message();
    return values;
  }

  static Values initial(learn::LocalTrainer& trainer) {
    return nn::read_values(trainer.model(), trainer.layout());
  }

  data::SampleSet images_ = striped_images(40);
  learn::Samples samples_ = learn::all_samples(images_);
};

TEST_F(Gpu, TrainsToTheSameBitsEveryTime) {
  for (const char* model : {"cnn", "emnist", "resnet8", "resnet9", "anode-resnet4"}) {
    for (const char* norm : {"group", "batch"}) {
      for (const char* optimizer : {"sgd", "adam", "adahessian"}) {
        learn::TrainingSetup setup = small_setup();
        setup.experiment.model.name = model;
        setup.experiment.model.norm = norm;
        setup.experiment.training.optimizer = optimizer;
        setup.experiment.training.lr = 0.01;
        EXPECT_EQ(trained(setup), trained(setup)) << model << ' ' << norm << ' ' << optimizer;
      }
    }
  }
}

TEST_F(Gpu, EveryObjectiveAndFullyQuantisedTrainingRepeat) {
  for (const std::string& objective : learn::objective_registry().names()) {
    if (!learn::make_objective(objective, small_setup().spec).ok()) continue;  // not for images
    for (const char* mode : {"off", "fqt"}) {
      learn::TrainingSetup setup = small_setup();
      setup.experiment.training.objective = objective;
      setup.experiment.training.threshold = 0.4;
      setup.experiment.fqt.mode = mode;
      EXPECT_EQ(trained(setup), trained(setup)) << objective << ' ' << mode;
    }
  }
}

TEST_F(Gpu, CurvatureAnswersRepeat) {
  const learn::TrainingSetup setup = small_setup();
  const auto trainer = *learn::LocalTrainer::make(setup);
  const Values values = initial(*trainer);
  const auto answers = [&] {
    return learn::answer_curvature(*trainer, {1, 0, 1, "supervised", &samples_}, values, {3, 0})->values;
  };
  EXPECT_EQ(answers(), answers());
}

TEST_F(Gpu, EvaluatesLikeTheCpu) {
  const learn::TrainingSetup setup = small_setup();
  const auto trainer = *learn::LocalTrainer::make(setup);
  const auto there = learn::evaluate(trainer->model(), images_, setup.spec, nn::choose_device());
  trainer->model().to(torch::kCPU);
  const auto here = learn::evaluate(trainer->model(), images_, setup.spec, torch::kCPU);
  EXPECT_NEAR(here.loss, there.loss, 1e-5);
  EXPECT_EQ(here.accuracy, there.accuracy);
}

TEST_F(Gpu, HasTheHessianOfTheCpuForEveryModel) {
  const auto product = [](const std::string& name, torch::Device device) {
    const nn::ModelOptions options = testing::options_for(name, 3, 32, 10);
    const std::shared_ptr<nn::Model> model = *nn::make_model(name, options, 1);
    model->to(device, torch::kFloat64);
    model->eval();
    curvature::prepare_second_derivatives(*model);
    const torch::Tensor x = testing::samples_for(options, 2).to(device, torch::kFloat64);
    const torch::Tensor y = torch::tensor({1, 3}).to(device);
    const curvature::Hessian hessian(model->parameters(), {{2}, [&](std::size_t) {
                                                             return torch::nn::functional::cross_entropy(
                                                                 model->forward(x).flatten(1), y);
                                                           }});
    return *hessian.product(curvature::rademacher(model->parameters(), Stream(1, {}), 0));
  };
  for (const std::string& name : nn::model_registry().names()) {
    const ParameterVector here = product(name, torch::kCPU);
    const ParameterVector there = product(name, nn::choose_device());
    const double scale = curvature::length(here);
    for (std::size_t i = 0; i < here.size(); ++i) {
      EXPECT_LT((here[i] - there[i].to(torch::kCPU)).abs().max().item<double>(), 1e-10 * scale)
          << name << " parameter " << i;
    }
  }
}

}  // namespace
}  // namespace covey
