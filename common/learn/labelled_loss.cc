#include "common/learn/labelled_loss.h"

#include <algorithm>

#include "common/learn/sample_batch.h"

namespace covey::learn {

curvature::BatchedLoss labelled_loss(nn::Model& model, const Samples& samples, const data::DataSpec& spec,
                                     torch::Device device, std::size_t batch) {
  COVEY_CHECK(samples.size() > 0 && samples.labels.size() == samples.size(), "every sample needs a label");
  curvature::BatchedLoss loss;
  for (std::size_t first = 0; first < samples.size(); first += batch)
    loss.samples.push_back(static_cast<double>(std::min(batch, samples.size() - first)));
  loss.evaluate = [&model, &samples, spec, device, batch](std::size_t number) {
    const std::size_t first = number * batch;
    const std::size_t count = std::min(batch, samples.size() - first);
    const Span<const std::uint32_t> indices(samples.indices);
    const torch::Tensor images = sample_batch(*samples.set, indices.subspan(first, count), spec);
    const std::vector<std::int64_t> labels(
        samples.labels.begin() + static_cast<std::ptrdiff_t>(first),
        samples.labels.begin() + static_cast<std::ptrdiff_t>(first + count));
    return torch::nn::functional::cross_entropy(model.forward(images.to(device)),
                                                torch::tensor(labels).to(device));
  };
  return loss;
}

}  // namespace covey::learn
