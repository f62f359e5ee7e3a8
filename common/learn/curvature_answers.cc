#include "common/learn/curvature_answers.h"

#include "common/curvature/prepare.h"
#include "common/curvature/probes.h"
#include "common/curvature/trace.h"
#include "common/learn/labelled_loss.h"
#include "common/learn/round_samples.h"
#include "common/nn/device.h"
#include "common/nn/state.h"

namespace covey::learn {

namespace {

constexpr std::size_t kBatch = 250;  // part of the determinism contract, as kEvaluationBatch

std::vector<double> flat(const std::vector<curvature::ProbeAnswer>& answers) {
  std::vector<double> values;
  for (const auto& answer : answers) values.insert(values.end(), answer.blocks.begin(), answer.blocks.end());
  return values;
}

Result<CurvatureAnswers> answer(LocalTrainer& trainer, const LocalTask& task,
                                const CurvatureQuestion& question) {
  const TrainingSetup& setup = trainer.setup();
  nn::Model& model = trainer.model();
  COVEY_ASSIGN_OR_RETURN(const auto objective, make_objective(task.objective, setup.spec));
  COVEY_ASSIGN_OR_RETURN(Samples samples, samples_with_labels(setup, task, *objective, model));
  keep_first(question.most_samples, samples);
  if (samples.size() == 0) return CurvatureAnswers{};
  model.eval();
  const curvature::UnroundedProducts unrounded(model);
  const curvature::Hessian hessian(trainer.parameters(),
                                   labelled_loss(model, samples, setup.spec, nn::choose_device(), kBatch));
  const Stream stream(setup.experiment.seed, {Purpose::kCurvature, task.round, task.attempt, kNoEntity});
  const auto probe = [&](std::uint32_t number) {
    return curvature::rademacher(hessian.parameters(), stream, number);
  };
  COVEY_ASSIGN_OR_RETURN(const auto answers, curvature::answer_probes(hessian, probe, 0, question.probes));
  return CurvatureAnswers{samples.size(), flat(answers)};
}

}  // namespace

Result<CurvatureAnswers> answer_curvature(LocalTrainer& trainer, const LocalTask& task, const Values& values,
                                          const CurvatureQuestion& question) {
  try {
    nn::write_values(trainer.model(), trainer.layout(), values);
    return answer(trainer, task, question);
  } catch (const c10::Error& error) {
    return internal_error(std::string("LibTorch: ") + error.what_without_backtrace());
  } catch (const std::exception& error) {
    return internal_error(std::string("curvature: ") + error.what());
  }
}

std::vector<std::string> parameter_names(const Layout& layout) {
  std::vector<std::string> names;
  for (const TensorSpec& tensor : layout.tensors()) {
    if (tensor.kind == TensorKind::kParameter) names.push_back(tensor.name);
  }
  return names;
}

}  // namespace covey::learn
