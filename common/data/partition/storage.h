#pragma once

#include <memory>

#include "common/base/file.h"
#include "common/data/partition/partition.h"

namespace covey::data {

/// What the coordinator needs of a data set.
struct ServerData : DataSpec {
  SampleSet labelled;
  SampleSet test;
};

/// Writes what the devices and the coordinator of a real run need:
///   DIR/user_0000/        samples only, in the order of the partition; no labels
///   DIR/server/train/, DIR/server/test/ (with labels), DIR/server/dataset.json
/// Samples lie as their kind has them (kinds/kinds.h). `dir` must be empty or not exist. The json file is
/// written last: without it a server folder is incomplete.
Status write_partition(const Dataset& dataset, const Partition& partition, const fs::path& dir);

/// Reads the samples of one user (SampleFiles::read_user) of the kind that recognises `dir`, images where
/// none does. Any file that is no sample of that kind is an error that names it: a user should learn of a
/// file that would silently not be trained on.
Result<SampleSet> load_user_samples(const fs::path& dir);

/// `samples` (from load_user_samples) as a run on what `spec` (check_spec) describes needs them
/// (SampleFiles::fit_user).
///   errors  kInvalidArgument when they are of another kind or do not fit in their sizes
Result<std::shared_ptr<const SampleSet>> fit_user_samples(std::shared_ptr<const SampleSet> samples,
                                                          const DataSpec& spec);

/// The server's share: of a folder that write_partition made when data.path holds a dataset.json, else of the
/// full data set, which is partitioned. Both give the same samples in the same order. Sample limits do not
/// apply to a written folder.
Result<ServerData> load_server_data(const config::Data& data, const config::Federation& federation,
                                    std::uint64_t seed);

}  // namespace covey::data
