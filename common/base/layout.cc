#include "common/base/layout.h"

#include <algorithm>

namespace covey {

Result<Layout> Layout::make(std::vector<TensorSpec> tensors) {
  std::sort(tensors.begin(), tensors.end(),
            [](const TensorSpec& a, const TensorSpec& b) { return a.name < b.name; });
  Layout layout;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    TensorSpec& tensor = tensors[i];
    if (tensor.name.empty()) return invalid_argument("a tensor has no name");
    if (i > 0 && tensors[i - 1].name == tensor.name)
      return invalid_argument("two tensors are named " + tensor.name);
    tensor.offset = layout.value_count_;
    tensor.count = 1;
    for (const std::uint32_t dim : tensor.shape) tensor.count *= dim;
    if (tensor.count == 0) return invalid_argument("tensor " + tensor.name + " has a zero dimension");
    layout.value_count_ += tensor.count;
  }
  layout.tensors_ = std::move(tensors);
  return layout;
}

Layout Layout::without(TensorKind kind) const {
  std::vector<TensorSpec> kept;
  std::copy_if(tensors_.begin(), tensors_.end(), std::back_inserter(kept),
               [kind](const TensorSpec& tensor) { return tensor.kind != kind; });
  return *make(std::move(kept));
}

void copy_shared_tensors(const Layout& from, Span<const float> from_values, const Layout& to,
                         Span<float> to_values) {
  COVEY_CHECK(from_values.size() == from.value_count() && to_values.size() == to.value_count());
  // Both are sorted by name, so one pass over each suffices.
  auto target = to.tensors().begin();
  for (const TensorSpec& tensor : from.tensors()) {
    while (target != to.tensors().end() && target->name < tensor.name) ++target;
    if (target == to.tensors().end()) return;
    if (target->name != tensor.name) continue;
    COVEY_CHECK(target->shape == tensor.shape, tensor.name);
    const auto values = from_values.subspan(tensor.offset, tensor.count);
    std::copy(values.begin(), values.end(), to_values.data() + target->offset);
  }
}

bool operator==(const Layout& a, const Layout& b) {
  return std::equal(a.tensors_.begin(), a.tensors_.end(), b.tensors_.begin(), b.tensors_.end(),
                    [](const TensorSpec& x, const TensorSpec& y) {
                      return x.name == y.name && x.shape == y.shape && x.kind == y.kind;
                    });
}

}  // namespace covey
