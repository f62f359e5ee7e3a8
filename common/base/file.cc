#include "common/base/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace covey {

namespace {

Status errno_status(const fs::path& path, const char* doing) {
  const int error = errno;
  const std::string message = path.string() + ": " + doing + ": " + std::strerror(error);
  if (error == ENOENT) return not_found(message);
  if (error == ENOSPC || error == EDQUOT) return exhausted(message + " (the disk is full)");
  if (error == EFBIG) return exhausted(message);
  return internal_error(message);
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

Result<std::uint64_t> regular_file_size(const fs::path& path, int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return errno_status(path, "cannot stat");
  if (!S_ISREG(info.st_mode)) return invalid_argument(path.string() + ": is not a regular file");
  return static_cast<std::uint64_t>(info.st_size);
}

Status write_all(const fs::path& path, int fd, ByteSpan bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_status(path, "cannot write");
    done += static_cast<std::size_t>(count);
  }
  if (::fsync(fd) != 0) return errno_status(path, "cannot flush to disk");
  return ok_status();
}

Status sync_directory(const fs::path& path) {
  const Descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0) return errno_status(path, "cannot open");
  if (::fsync(directory.get()) != 0) return errno_status(path, "cannot flush to disk");
  return ok_status();
}

}  // namespace

Result<Bytes> read_file(const fs::path& path, std::uint64_t bytes_max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return errno_status(path, "cannot open");
  COVEY_ASSIGN_OR_RETURN(const std::uint64_t size, regular_file_size(path, file.get()));
  if (size > bytes_max) {
    return exhausted(path.string() + ": has " + std::to_string(size) + " bytes, at most " +
                     std::to_string(bytes_max) + " are read");
  }
  Bytes bytes(size);
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(file.get(), bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return errno_status(path, "cannot read");
    if (count == 0) return corrupt(path.string() + ": became shorter while it was read");
    done += static_cast<std::size_t>(count);
  }
  return bytes;
}

Result<std::string> read_text_file(const fs::path& path, std::uint64_t bytes_max) {
  COVEY_ASSIGN_OR_RETURN(const Bytes bytes, read_file(path, bytes_max));
  return std::string(as_text(bytes));
}

Status write_file_atomically(const fs::path& path, ByteSpan bytes, unsigned mode) {
  const fs::path temporary = path.string() + ".tmp";
  // A left-over of a crash could carry wider permissions than `mode`.
  ::unlink(temporary.c_str());
  Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (file.get() < 0) return errno_status(temporary, "cannot create");
  Status status = write_all(temporary, file.get(), bytes);
  if (status.ok() && ::close(file.release()) != 0) status = errno_status(temporary, "cannot close");
  if (status.ok() && ::rename(temporary.c_str(), path.c_str()) != 0)
    status = errno_status(path, "cannot rename to");
  if (!status.ok()) {
    ::unlink(temporary.c_str());
    return status;
  }
  return sync_directory(path.has_parent_path() ? path.parent_path() : fs::path("."));
}

Status make_directories(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error) return internal_error(path.string() + ": cannot create the folder: " + error.message());
  return ok_status();
}

Result<MappedFile> MappedFile::open(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return errno_status(path, "cannot open");
  COVEY_ASSIGN_OR_RETURN(const std::uint64_t size, regular_file_size(path, file.get()));
  MappedFile mapped;
  mapped.size_ = size;
  if (size == 0) return mapped;
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) return errno_status(path, "cannot map");
  mapped.data_ = data;
  return mapped;
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace covey
