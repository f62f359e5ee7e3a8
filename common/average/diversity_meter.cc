#include "common/average/diversity_meter.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "common/average/fixed_point.h"

namespace covey::average {

namespace {

constexpr std::string_view kClassifierPrefix = "classifier.";

double square(double value) {
  return value * value;
}

double squared_length(Span<const float> values) {
  double length = 0;
  for (const float value : values) length += square(static_cast<double>(value));
  return length;
}

class SquaringSink final : public quant::PieceSink {
 public:
  void on_values(std::size_t, Span<const float> values) override { length_ += squared_length(values); }
  void on_codes(std::size_t, Span<const float> levels, Span<const std::uint8_t> codes) override {
    std::array<double, 256> squares{};
    COVEY_CHECK(levels.size() <= squares.size(), levels.size());
    std::transform(levels.begin(), levels.end(), squares.begin(),
                   [](float level) { return square(static_cast<double>(level)); });
    for (const std::uint8_t code : codes) length_ += squares[code];
  }
  double length() const { return length_; }

 private:
  double length_ = 0;
};

}  // namespace

DiversityMeter::DiversityMeter(const Layout& layout, std::uint32_t groups)
    : layout_(layout), lengths_(groups) {
  for (std::uint32_t g = 0; g < groups; ++g) changes_.emplace_back(layout.value_count());
}

bool DiversityMeter::counts(const TensorSpec& tensor, bool classifier_only) const {
  if (tensor.kind != TensorKind::kParameter) return false;
  return !classifier_only || tensor.name.compare(0, kClassifierPrefix.size(), kClassifierPrefix) == 0;
}

void DiversityMeter::add(GroupId group, const quant::ContainerView& update) {
  Lengths lengths;
  for (const quant::TensorRecord& record : update.records()) {
    if (!counts(*record.tensor, false)) continue;
    SquaringSink sink;
    record.body->decode(sink);
    lengths.all += sink.length();
    if (counts(*record.tensor, true)) lengths.classifier += sink.length();
  }
  lengths_.at(group.value).push_back(lengths);
  changes_[group.value].add(update, 1);
}

void DiversityMeter::add_server(Span<const float> change) {
  COVEY_CHECK(change.size() == layout_.value_count(), change.size(), layout_.value_count());
  server_change_.assign(change.begin(), change.end());
  for (const TensorSpec& tensor : layout_.tensors()) {
    const double length = squared_length(change.subspan(tensor.offset, tensor.count));
    if (counts(tensor, false)) server_lengths_.all += length;
    if (counts(tensor, true)) server_lengths_.classifier += length;
  }
}

double DiversityMeter::sum_of_lengths(const std::vector<std::uint32_t>& groups, bool classifier_only) const {
  std::vector<double> all;
  for (const std::uint32_t group : groups) {
    for (const Lengths& lengths : lengths_[group])
      all.push_back(classifier_only ? lengths.classifier : lengths.all);
  }
  std::sort(all.begin(), all.end());  // the order of arrival must not show in the last bits
  return std::accumulate(all.begin(), all.end(), 0.0);
}

DiversityMeter::Sums DiversityMeter::sums(const std::vector<std::uint32_t>& groups,
                                          bool classifier_only) const {
  Sums sums;
  sums.lengths = sum_of_lengths(groups, classifier_only);
  for (const std::uint32_t group : groups) sums.nodes += static_cast<double>(lengths_[group].size());
  const bool with_server = !server_change_.empty();
  if (with_server) {
    sums.lengths += classifier_only ? server_lengths_.classifier : server_lengths_.all;
    sums.nodes += 1;
  }
  for (const TensorSpec& tensor : layout_.tensors()) {
    if (!counts(tensor, classifier_only)) continue;
    for (std::size_t i = tensor.offset; i < tensor.offset + tensor.count; ++i) {
      std::int64_t total = with_server ? to_fixed(server_change_[i]) : 0;
      for (const std::uint32_t group : groups) total += changes_[group].sums()[i];
      sums.together += square(static_cast<double>(total) * 0x1p-32);
    }
  }
  return sums;
}

std::vector<MeasuredDiversity> DiversityMeter::result() const {
  std::vector<std::uint32_t> counted;
  for (std::uint32_t group = 0; group < lengths_.size(); ++group) {
    if (!lengths_[group].empty()) counted.push_back(group);
  }
  if (counted.empty()) return {};
  const auto diversity = [](const Sums& s) {
    return s.together > 0 ? s.nodes * s.lengths / s.together : std::numeric_limits<double>::quiet_NaN();
  };
  std::vector<MeasuredDiversity> result;
  for (const bool classifier_only : {false, true}) {
    const Sums round = sums(counted, classifier_only);
    result.push_back({classifier_only, false, round.nodes, diversity(round)});
    MeasuredDiversity inside{classifier_only, true, 0, 0};
    double members = 0;
    for (const std::uint32_t group : counted) {
      const Sums one = sums({group}, classifier_only);
      inside.d += one.nodes * diversity(one);
      inside.nodes += one.nodes * one.nodes;
      members += one.nodes;
    }
    inside.d /= members;
    inside.nodes /= members;
    result.push_back(inside);
  }
  return result;
}

}  // namespace covey::average
