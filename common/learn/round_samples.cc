#include "common/learn/round_samples.h"

#include <algorithm>
#include <utility>

#include "common/learn/evaluate.h"
#include "common/learn/task.h"
#include "common/nn/device.h"

namespace covey::learn {

namespace {

Status check_true_labels(const Samples& samples, int classes) {
  const bool complete = samples.labels.size() == samples.size() &&
                        std::all_of(samples.labels.begin(), samples.labels.end(),
                                    [classes](std::int32_t label) { return label >= 0 && label < classes; });
  if (complete) return ok_status();
  return invalid_argument("this objective trains on true labels, and not every sample has one in 0.." +
                          std::to_string(classes - 1));
}

/// A user's samples without and with a label.
using SplitSamples = std::pair<Samples, Samples>;

SplitSamples without_labels(const Samples& samples) {
  return {{samples.set, samples.indices, {}}, {samples.set, {}, {}}};
}

SplitSamples split_by_label(const Samples& samples) {
  SplitSamples split{{samples.set, {}, {}}, {samples.set, {}, {}}};
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::int32_t label = i < samples.labels.size() ? samples.labels[i] : data::kNoLabel;
    if (label == data::kNoLabel) {
      split.first.indices.push_back(samples.indices[i]);
    } else {
      split.second.indices.push_back(samples.indices[i]);
      split.second.labels.push_back(label);
    }
  }
  return split;
}

/// The confident ones of `samples`, with the labels that `model` gives them.
RoundSamples label_round(const TrainingSetup& setup, const Samples& samples, PseudoLabeller& labeller,
                         nn::Model& model) {
  const config::Training& training = setup.experiment.training;
  const torch::Tensor logits =
      eval_logits(model, *samples.set, samples.indices, setup.spec, nn::choose_device());
  const PseudoLabels labels = labeller.label_round(logits);
  labeller.count(labels);
  RoundSamples round;
  round.confidence = mean_confidence(logits);
  round.fitted.set = samples.set;
  const float* mask = labels.mask.data_ptr<float>();
  const float* sure = labels.sure.data_ptr<float>();
  const std::int64_t* label = labels.labels.data_ptr<std::int64_t>();
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (mask[i] == 0) continue;
    round.fitted.indices.push_back(samples.indices[i]);
    round.fitted.labels.push_back(static_cast<std::int32_t>(label[i]));
    if (training.sharpness > 0) round.fitted.sure.push_back(sure[i] > 0);
  }
  round.weight = static_cast<double>(round.fitted.size()) / static_cast<double>(samples.size());
  if (training.mixup > 0) round.any = {samples.set, samples.indices, {label, label + samples.size()}};
  return round;
}

/// As round_samples, where it is given whether the steps make their own labels.
Result<RoundSamples> select(const TrainingSetup& setup, const LocalTask& task, const Objective& objective,
                            bool labels_move, PseudoLabeller& labeller, nn::Model& model) {
  RoundSamples round;
  if (objective.labels() != LabelSource::kGuessed) {
    round.fitted = *task.samples;
    const bool needs_labels =
        objective.labels() == LabelSource::kTrue && task_of(setup.spec)->answers() == Answers::kLabels;
    if (needs_labels) COVEY_RETURN_IF_ERROR(check_true_labels(round.fitted, setup.spec.classes));
    return round;
  }
  const bool has_labels = setup.experiment.federation.labels_at == "users";
  auto [unlabelled, labelled] = has_labels ? split_by_label(*task.samples) : without_labels(*task.samples);
  if (labels_move) {
    round.fitted = std::move(unlabelled);
  } else {
    round = label_round(setup, unlabelled, labeller, model);
  }
  round.labelled = std::move(labelled);
  if (has_labels) COVEY_RETURN_IF_ERROR(check_true_labels(round.labelled, setup.spec.classes));
  return round;
}

}  // namespace

bool labels_move(const Objective& objective, const config::Training& training) {
  if (objective.labels() == LabelSource::kGuessed) return training.labels == "moving";
  return objective.labels() == LabelSource::kNone;
}

Result<RoundSamples> round_samples(const TrainingSetup& setup, const LocalTask& task,
                                   const Objective& objective, PseudoLabeller& labeller, nn::Model& model) {
  return select(setup, task, objective, labels_move(objective, setup.experiment.training), labeller, model);
}

Result<Samples> samples_with_labels(const TrainingSetup& setup, const LocalTask& task,
                                    const Objective& objective, nn::Model& model) {
  PseudoLabeller labeller(setup.experiment.training, setup.spec.classes);
  COVEY_ASSIGN_OR_RETURN(RoundSamples round, select(setup, task, objective, false, labeller, model));
  Samples all = std::move(round.labelled);
  const Samples& guessed = round.fitted;
  all.set = task.samples->set;
  all.indices.insert(all.indices.end(), guessed.indices.begin(), guessed.indices.end());
  all.labels.insert(all.labels.end(), guessed.labels.begin(), guessed.labels.end());
  return all;
}

}  // namespace covey::learn
