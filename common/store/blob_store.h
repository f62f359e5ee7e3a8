#pragma once

#include <cstddef>
#include <set>

#include "common/base/digest.h"
#include "common/base/file.h"

namespace covey::store {

/// Files named by the SHA-256 of their bytes, in one folder. A file under its final name is complete and on
/// disk. For one thread at a time.
class BlobStore {
 public:
  /// Makes the folder if it is missing.
  static Result<BlobStore> create(const fs::path& dir);
  /// Only reads; the folder need not exist.
  explicit BlobStore(fs::path dir) : dir_(std::move(dir)) {}

  /// Durable when it returns; free for bytes that are there already. kExhausted "disk full ..." when there is
  /// no room.
  Result<Digest> put(ByteSpan bytes);
  /// The same when the caller has just computed the name: a large blob is not hashed twice.
  Status put_named(const Digest& digest, ByteSpan bytes);
  /// The bytes, checked against their name. kNotFound when there is no such blob, kCorrupt (naming the file)
  /// when the file is damaged.
  Result<Bytes> read(const Digest& digest) const;
  bool contains(const Digest& digest) const;
  fs::path path_of(const Digest& digest) const;

  /// Nothing happens where there is no such blob.
  Status remove(const Digest& digest);
  /// Removes every blob that is not in `live`, and left-overs of unfinished writes. Returns how many files
  /// went.
  Result<std::size_t> keep_only(const std::set<Digest>& live);

 private:
  fs::path dir_;
};

}  // namespace covey::store
