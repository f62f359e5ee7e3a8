// The task of a device that does not train: it decodes the model, moves its weights by some steps each and
// encodes that as its update. Linked in front of client/task_runner.cc, it makes a client whose rounds cost
// what the exchange costs, while the model and the updates still change at every round and must be sent and
// stored again.
#include "client/task_runner.h"
#include "common/program/codecs.h"
#include "common/quant/container.h"

namespace covey::client {

namespace {

constexpr float kStep = 1e-6f;
constexpr std::size_t kSteps = 256;    ///< equal values would need no codes
constexpr std::uint32_t kRounds = 16;  ///< after which an update is the same again

}  // namespace

Result<TaskResult> run_task(learn::LocalTrainer& trainer, const config::Experiment& experiment,
                            const UserTask& task, ByteSpan model, const learn::Samples&,
                            const learn::MemberState& state) {
  const Layout exchanged = learn::exchanged_layout(trainer.layout(), experiment);
  COVEY_ASSIGN_OR_RETURN(const auto container, quant::ContainerView::parse(model, exchanged));
  Values delta = container.decode();
  const float step = kStep * static_cast<float>(task.user.value + 1 + task.round % kRounds);
  for (std::size_t i = 0; i < delta.size(); ++i) delta[i] = step * static_cast<float>(i % kSteps);

  TaskResult result;
  result.tentative = state;
  COVEY_ASSIGN_OR_RETURN(const auto codec, program::upload_codec(experiment));
  const quant::CodecDraws draws(experiment.seed,
                                {Purpose::kUploadCodec, task.round, task.attempt, task.user.value});
  COVEY_ASSIGN_OR_RETURN(result.update, quant::encode_model(*codec, exchanged, delta, draws));
  return result;
}

}  // namespace covey::client
