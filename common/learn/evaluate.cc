#include "common/learn/evaluate.h"

#include <algorithm>
#include <numeric>

#include "common/learn/sample_batch.h"

namespace covey::learn {

torch::Tensor eval_logits(nn::Model& model, const data::SampleSet& samples, Span<const std::uint32_t> indices,
                          const data::DataSpec& spec, torch::Device device) {
  COVEY_CHECK(!indices.empty(), "no sample to run");
  const torch::NoGradGuard no_grad;
  const bool was_training = model.is_training();
  model.eval();
  std::vector<torch::Tensor> logits;
  for (std::size_t start = 0; start < indices.size(); start += kEvaluationBatch) {
    const auto part = indices.subspan(start, std::min(kEvaluationBatch, indices.size() - start));
    logits.push_back(model.forward(sample_batch(samples, part, spec).to(device)).to(torch::kCPU));
  }
  model.train(was_training);
  return torch::cat(logits);
}

Evaluation evaluate(nn::Model& model, const data::SampleSet& samples, const data::DataSpec& spec,
                    torch::Device device) {
  COVEY_CHECK(samples.size() > 0, "nothing to evaluate on");
  std::vector<std::uint32_t> indices(samples.size());
  std::iota(indices.begin(), indices.end(), 0u);
  const torch::Tensor logits = eval_logits(model, samples, indices, spec, device);
  const torch::Tensor labels = torch::tensor(samples.labels, torch::kInt32).to(torch::kInt64);
  Evaluation evaluation;
  evaluation.accuracy = logits.argmax(1).eq(labels).to(torch::kFloat64).mean().item<double>();
  evaluation.loss = torch::nn::functional::cross_entropy(logits.to(torch::kFloat64), labels).item<double>();
  return evaluation;
}

}  // namespace covey::learn
