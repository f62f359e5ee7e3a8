#pragma once

#include "common/base/file.h"
#include "common/data/partition/partition.h"

namespace covey::data {

/// What the coordinator needs of a data set.
struct ServerData {
  Images labelled;
  Images test;
  int classes = 0;
  Normalisation normalisation;
  bool characters = false;
};

/// Writes what the devices and the coordinator of a real run need, as PNG files without loss:
///   DIR/user_0000/000000.png ...           images only, in the order of the partition; no labels
///   DIR/server/train/<class>/<position>.png, DIR/server/test/<class>/<position>.png, DIR/server/dataset.json
/// `dir` must be empty or not exist. The json file is written last: without it a server folder is incomplete.
Status write_partition(const Dataset& dataset, const Partition& partition, const fs::path& dir);

/// Reads the images of one user: every PNG or JPEG file of `dir`, sorted by name, or of its sub-folders
/// (sorted by name as well; folder names may be classes, they are not used). Labels are kNoLabel. Hidden
/// files and folders are skipped. Any other file is an error that names it: a user should learn of a file
/// that would silently not be trained on.
Result<Images> load_user_images(const fs::path& dir);

/// The server's share: of a folder that write_partition made when data.path holds a dataset.json, else of the
/// full data set, which is partitioned. Both give the same images in the same order. Sample limits do not
/// apply to a written folder.
Result<ServerData> load_server_data(const config::Data& data, const config::Federation& federation,
                                    std::uint64_t seed);

}  // namespace covey::data
