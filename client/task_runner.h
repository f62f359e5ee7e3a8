#pragma once

#include "common/learn/local_trainer.h"
#include "common/learn/member.h"
#include "common/quant/container.h"
#include "common/wire/messages.h"

namespace covey::client {

/// One selected user's work in a round.
struct UserTask {
  std::uint32_t round = 0;
  std::uint32_t attempt = 0;
  UserId user;
  std::uint32_t curvature_probes = 0;  ///< to answer at the received model
};

struct TaskResult {
  bool nothing_to_report = false;
  Bytes update;  ///< encoded, empty when there is nothing to report
  wire::Report report;
  std::string curvature_problem;  ///< why probes have no answers though they were asked for; else empty
  learn::MemberState tentative;   ///< becomes the device's state if the update counts
};

/// Decode the model, train, encode the update: what a device does in a round, without I/O. The simulator and
/// the daemon run this same function.
///   model   of the exchanged tensors; several threads may share it
///   errors  kCorrupt or kInvalidArgument for a state that does not fit; kInternal when training diverges
Result<TaskResult> run_task(learn::LocalTrainer& trainer, const config::Experiment& experiment,
                            const UserTask& task, const quant::ContainerView& model,
                            const learn::Samples& samples, const learn::MemberState& state);

/// The same with a model that was not checked yet.
///   errors  kCorrupt, too, for a container that does not fit
Result<TaskResult> run_task(learn::LocalTrainer& trainer, const config::Experiment& experiment,
                            const UserTask& task, ByteSpan model, const learn::Samples& samples,
                            const learn::MemberState& state);

}  // namespace covey::client
