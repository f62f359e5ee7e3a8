#include "common/learn/evaluate.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "common/learn/sample_batch.h"
#include "common/learn/task.h"

namespace covey::learn {

namespace {

/// Runs `model` over samples[indices] in eval mode, without a graph, and restores its mode.
void for_each_batch(nn::Model& model, const data::SampleSet& samples, Span<const std::uint32_t> indices,
                    const data::DataSpec& spec, torch::Device device,
                    const std::function<void(const torch::Tensor& part, const torch::Tensor& outputs)>& use) {
  const torch::NoGradGuard no_grad;
  const bool was_training = model.is_training();
  model.eval();
  for (std::size_t start = 0; start < indices.size(); start += kEvaluationBatch) {
    const auto some = indices.subspan(start, std::min(kEvaluationBatch, indices.size() - start));
    const torch::Tensor part = sample_batch(samples, some, spec).to(device);
    use(part, model.forward(part));
  }
  model.train(was_training);
}

}  // namespace

torch::Tensor eval_logits(nn::Model& model, const data::SampleSet& samples, Span<const std::uint32_t> indices,
                          const data::DataSpec& spec, torch::Device device) {
  COVEY_CHECK(!indices.empty(), "no sample to run");
  std::vector<torch::Tensor> logits;
  for_each_batch(model, samples, indices, spec, device, [&](const torch::Tensor&, const torch::Tensor& out) {
    logits.push_back(out.to(torch::kCPU));
  });
  return torch::cat(logits);
}

Evaluation evaluate(nn::Model& model, const data::SampleSet& samples, const data::DataSpec& spec,
                    torch::Device device) {
  COVEY_CHECK(samples.size() > 0, "nothing to evaluate on");
  std::vector<std::uint32_t> indices(samples.size());
  std::iota(indices.begin(), indices.end(), 0u);
  const torch::Tensor labels = torch::tensor(samples.labels, torch::kInt32).to(device, torch::kInt64);
  const auto task = task_of(spec);
  Score score;
  std::int64_t done = 0;
  for_each_batch(model, samples, indices, spec, device,
                 [&](const torch::Tensor& part, const torch::Tensor& out) {
                   score += task->score(out, part, labels.slice(0, done, done + part.size(0)));
                   done += part.size(0);
                 });
  return score.answers > 0 ? Evaluation{score.right / score.answers, score.loss / score.answers}
                           : Evaluation{};
}

}  // namespace covey::learn
