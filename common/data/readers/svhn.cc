#include <matio.h>

#include <memory>

#include "common/base/file.h"
#include "common/base/image_shape.h"
#include "common/data/images.h"
#include "common/data/readers/mat5.h"
#include "common/data/readers/normalisations.h"
#include "common/data/readers/readers.h"

namespace covey::data {

namespace {

constexpr ImageShape kShape{3, 32, 32};
constexpr std::uint64_t kFileBytesMax = std::uint64_t{1} << 31;

using MatFile = std::unique_ptr<mat_t, decltype(&Mat_Close)>;
using MatArray = std::unique_ptr<matvar_t, decltype(&Mat_VarFree)>;

Result<MatVariable> find_variable(const std::vector<MatVariable>& variables, const std::string& name) {
  for (const MatVariable& variable : variables) {
    if (variable.name == name) return variable;
  }
  return corrupt("expected a variable '" + name + "', found none");
}

/// The number of images, when X and y are what SVHN's cropped digits are made of.
Result<std::size_t> check_variables(ByteSpan bytes) {
  COVEY_ASSIGN_OR_RETURN(const auto variables, inspect_mat5(bytes));
  COVEY_ASSIGN_OR_RETURN(const MatVariable x, find_variable(variables, "X"));
  COVEY_ASSIGN_OR_RETURN(const MatVariable y, find_variable(variables, "y"));
  const bool images =
      x.dimensions.size() == 4 && x.dimensions[0] == 32 && x.dimensions[1] == 32 && x.dimensions[2] == 3;
  if (!images || x.array_class != kMatUint8Class || x.stored_type != kMatUint8Stored) {
    return corrupt("variable 'X': expected 32 x 32 x 3 x N bytes");
  }
  const std::uint32_t count = x.dimensions[3];
  COVEY_RETURN_IF_ERROR(check_image_limits(kShape, count));
  if (count == 0 || y.value_count != count) {
    return corrupt("variable 'y': expected " + std::to_string(count) + " labels, at least one, found " +
                   std::to_string(y.value_count));
  }
  return std::size_t{count};
}

Result<MatArray> read_variable(mat_t* file, const char* name, std::size_t value_count) {
  MatArray array(Mat_VarRead(file, name), &Mat_VarFree);
  if (array == nullptr || array->data == nullptr || array->data_size <= 0 ||
      array->nbytes != value_count * static_cast<std::size_t>(array->data_size)) {
    return corrupt(std::string("variable '") + name + "' cannot be read");
  }
  return array;
}

/// From column-major (row, column, channel, image) to planar rows: within a plane, rows and columns trade
/// places.
void copy_images(const std::uint8_t* from, std::size_t count, SampleSet& images) {
  constexpr std::size_t kSide = 32;
  images.format = kShape;
  images.bytes.resize(count * kShape.bytes());
  for (std::size_t plane = 0; plane < images.bytes.size(); plane += kSide * kSide) {
    for (std::size_t i = 0; i < kSide * kSide; ++i) {
      images.bytes[plane + (i % kSide) * kSide + i / kSide] = from[plane + i];
    }
  }
}

Status copy_labels(const matvar_t& array, std::size_t count, SampleSet& images) {
  const bool bytes = array.class_type == MAT_C_UINT8;
  if (!bytes && array.class_type != MAT_C_DOUBLE) return corrupt("variable 'y': expected bytes or doubles");
  for (std::size_t i = 0; i < count; ++i) {
    const double label =
        bytes ? static_cast<const std::uint8_t*>(array.data)[i] : static_cast<const double*>(array.data)[i];
    if (!(label >= 1 && label <= 10)) {
      return corrupt("variable 'y': expected labels of 1 to 10, found another at position " +
                     std::to_string(i));
    }
    images.labels.push_back(static_cast<std::int32_t>(label) % 10);
  }
  return ok_status();
}

Result<SampleSet> read_mat(const fs::path& path) {
  COVEY_ASSIGN_OR_RETURN(const MappedFile bytes, MappedFile::open(path));
  if (bytes.bytes().size() > kFileBytesMax) {
    return exhausted("larger than " + std::to_string(kFileBytesMax) + " bytes");
  }
  COVEY_ASSIGN_OR_RETURN(const std::size_t count, check_variables(bytes.bytes()));
  const MatFile file(Mat_Open(path.c_str(), MAT_ACC_RDONLY), &Mat_Close);
  if (file == nullptr) return corrupt("cannot be opened as a MAT file");
  COVEY_ASSIGN_OR_RETURN(const MatArray x, read_variable(file.get(), "X", count * kShape.bytes()));
  COVEY_ASSIGN_OR_RETURN(const MatArray y, read_variable(file.get(), "y", count));
  SampleSet images;
  copy_images(static_cast<const std::uint8_t*>(x->data), count, images);
  COVEY_RETURN_IF_ERROR(copy_labels(*y, count, images));
  return images;
}

Result<SampleSet> read_part(const fs::path& path) {
  auto images = read_mat(path);
  if (!images.ok() && images.status().code() != Code::kNotFound)
    return images.status().with_context(path.string());
  return images;
}

}  // namespace

/// train_32x32.mat and test_32x32.mat: X is 32 x 32 x 3 x N bytes, y holds N labels of which 10 is the digit
/// 0.
Result<Dataset> read_svhn(const config::Data& config, std::uint64_t) {
  Dataset dataset;
  COVEY_ASSIGN_OR_RETURN(dataset.train, read_part(fs::path(config.path) / "train_32x32.mat"));
  COVEY_ASSIGN_OR_RETURN(dataset.test, read_part(fs::path(config.path) / "test_32x32.mat"));
  dataset.classes = 10;
  dataset.normalisation = colour_normalisation();
  dataset.characters = true;
  return dataset;
}

}  // namespace covey::data
