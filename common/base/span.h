#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "common/base/check.h"

namespace covey {

/// A view of contiguous elements owned by somebody else (C++17 has no std::span).
template <typename T>
class Span {
 public:
  Span() = default;
  Span(T* data, std::size_t size) : data_(data), size_(size) {}
  template <typename U, typename = std::enable_if_t<std::is_convertible_v<U (*)[], T (*)[]>>>
  Span(std::vector<U>& values) : data_(values.data()), size_(values.size()) {}
  template <typename U, typename = std::enable_if_t<std::is_convertible_v<const U (*)[], T (*)[]>>>
  Span(const std::vector<U>& values) : data_(values.data()), size_(values.size()) {}
  template <std::size_t N>
  Span(std::array<std::remove_const_t<T>, N>& values) : data_(values.data()), size_(N) {}
  template <std::size_t N, typename U = T, typename = std::enable_if_t<std::is_const_v<U>>>
  Span(const std::array<std::remove_const_t<T>, N>& values) : data_(values.data()), size_(N) {}
  template <typename U, typename = std::enable_if_t<std::is_same_v<const U, T>>>
  Span(Span<U> other) : data_(other.data()), size_(other.size()) {}

  T* data() const { return data_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* begin() const { return data_; }
  T* end() const { return data_ + size_; }
  T& operator[](std::size_t i) const { return data_[i]; }

  /// Elements [offset, offset + count); both must lie inside.
  Span subspan(std::size_t offset, std::size_t count) const {
    COVEY_CHECK(offset <= size_ && count <= size_ - offset, offset, count, size_);
    return {data_ + offset, count};
  }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace covey
