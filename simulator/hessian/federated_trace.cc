#include "simulator/hessian/federated_trace.h"

namespace covey::simulator {

Result<curvature::TraceEstimate> federated_trace(learn::LocalTrainer& trainer, const UserData& users,
                                                 const Values& values,
                                                 const learn::CurvatureQuestion& question) {
  const std::size_t blocks = trainer.parameters().size();
  std::vector<curvature::ProbeAnswer> sums(question.probes, {std::vector<double>(blocks, 0)});
  double samples = 0;
  for (std::size_t user = 0; user < users.samples.size(); ++user) {
    const learn::LocalTask task{0, 0, static_cast<std::uint32_t>(user), users.experiment.training.objective,
                                &users.samples[user]};
    COVEY_ASSIGN_OR_RETURN(const auto answers, learn::answer_curvature(trainer, task, values, question));
    const auto weight = static_cast<double>(answers.samples);
    samples += weight;
    for (std::size_t i = 0; i < answers.values.size(); ++i)
      sums[i / blocks].blocks[i % blocks] += weight * answers.values[i];
  }
  if (samples == 0)
    return invalid_argument(
        "--data: no user has an image that the model is sure of, allowed: labelled, test");
  for (curvature::ProbeAnswer& sum : sums) {
    for (double& block : sum.blocks) block /= samples;
  }
  return curvature::summarise(sums);
}

}  // namespace covey::simulator
