#pragma once

#include "client/task_runner.h"

/// What travels between ranks, as bytes.
namespace covey::simulator {

struct RankModel {
  std::uint32_t round = 0;
  Digest digest;
  Bytes container;
};

struct RankTask {
  std::uint64_t id = 0;  ///< comes back with the result
  client::UserTask task;
  Digest model;
  learn::MemberState state;
};

struct RankResult {
  std::uint64_t id = 0;
  Result<client::TaskResult> result;
};

Bytes encode(const RankModel& model);
Bytes encode(const RankTask& task);
Bytes encode(const RankResult& result);

/// kCorrupt when the bytes are not exactly one.
Result<RankModel> decode_rank_model(ByteSpan bytes);
Result<RankTask> decode_rank_task(ByteSpan bytes);
Result<RankResult> decode_rank_result(ByteSpan bytes);

}  // namespace covey::simulator
