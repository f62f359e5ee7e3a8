#include "common/learn/labelled_loss.h"

#include <algorithm>

#include "common/learn/sample_batch.h"
#include "common/learn/task.h"

namespace covey::learn {

curvature::BatchedLoss labelled_loss(nn::Model& model, const Samples& samples, const data::DataSpec& spec,
                                     torch::Device device, std::size_t batch) {
  const std::shared_ptr<const Task> task = task_of(spec);
  const bool labelled = samples.labels.size() == samples.size();
  COVEY_CHECK(samples.size() > 0 && (labelled || task->answers() != Answers::kLabels),
              "every sample needs a label");
  curvature::BatchedLoss loss;
  for (std::size_t first = 0; first < samples.size(); first += batch)
    loss.samples.push_back(static_cast<double>(std::min(batch, samples.size() - first)));
  loss.evaluate = [&model, &samples, spec, device, batch, task, labelled](std::size_t number) {
    const std::size_t first = number * batch;
    const std::size_t count = std::min(batch, samples.size() - first);
    const Span<const std::uint32_t> indices(samples.indices);
    const torch::Tensor images = sample_batch(*samples.set, indices.subspan(first, count), spec);
    std::vector<std::int64_t> labels(count, data::kNoLabel);
    if (labelled)
      std::copy_n(samples.labels.begin() + static_cast<std::ptrdiff_t>(first), count, labels.begin());
    const torch::Tensor inputs = images.to(device);
    return task->loss(model.forward(inputs), inputs, torch::tensor(labels).to(device));
  };
  return loss;
}

}  // namespace covey::learn
