#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "common/quant/registry.h"
#include "tests/support/models.h"
#include "tests/support/npy.h"

namespace covey::quant::testing {

/// Quantisers without a container around them, which would keep small tensors as fp32.

inline const StreamId kStream{Purpose::kUploadCodec, 0, 0, 0};
inline const std::vector<std::string> kQuantisers = {"ptq", "ptq-zero", "psq", "bhq", "sym", "group", "qsgd"};
/// With those that round nothing at random.
inline const std::vector<std::string> kCoders = {"ptq", "ptq-zero", "psq",  "bhq",
                                                 "sym", "group",    "qsgd", "eden"};

inline std::string golden_path(const std::string& file) {
  return std::string(COVEY_SOURCE_DIR) + "/tests/golden/quant/" + file;
}
inline Values golden(const std::string& name) {
  return covey::testing::read_npy(golden_path(name + ".npy"));
}
inline nlohmann::json golden_figures(const std::string& name) {
  std::ifstream file(golden_path(name + ".json"));
  return nlohmann::json::parse(file);
}

inline std::unique_ptr<const Codec> quantiser(const std::string& name, int bits, int groups = 5) {
  return *make_codec(name, {bits, groups});
}

inline Matrix matrix_of(const Values& values, std::size_t rows) {
  return {values, rows, values.size() / rows};
}

/// The tensor "g" of rows x columns.
inline TensorSpec tensor_of(std::size_t rows, std::size_t columns) {
  TensorSpec tensor =
      covey::testing::parameter("g", {static_cast<std::uint32_t>(rows), static_cast<std::uint32_t>(columns)});
  tensor.count = rows * columns;
  return tensor;
}

inline Bytes encode_record(const Codec& codec, const Matrix& matrix, const CodecDraws& draws = {}) {
  ByteWriter out;
  codec.encode(tensor_of(matrix.rows, matrix.columns), matrix.values, draws, out);
  return out.take();
}

/// What follows the header of a record that must end with its bytes.
inline Result<std::unique_ptr<const RecordBody>> read_record(ByteSpan bytes, const TensorSpec& tensor) {
  ByteReader reader(bytes);
  COVEY_ASSIGN_OR_RETURN(const RecordHeader header, read_record_header(reader, tensor));
  COVEY_ASSIGN_OR_RETURN(const BodyReader read_body, find_body_reader(header.scheme));
  COVEY_ASSIGN_OR_RETURN(auto body, read_body(header, tensor, reader));
  if (reader.remaining() != 0) return corrupt("bytes are left over");
  return body;
}

/// Collects pieces, which must come in order and cover the tensor.
class Collector final : public PieceSink {
 public:
  void on_values(std::size_t first, Span<const float> piece) override {
    EXPECT_EQ(first, values.size());
    values.insert(values.end(), piece.begin(), piece.end());
  }
  void on_codes(std::size_t first, Span<const float> levels, Span<const std::uint8_t> codes) override {
    EXPECT_EQ(first, values.size());
    for (const std::uint8_t code : codes) values.push_back(levels[code]);
  }

  Values values;
};

inline Values decode(const RecordBody& body) {
  Collector sink;
  body.decode(sink);
  return std::move(sink.values);
}

inline Values through(const Codec& codec, const Matrix& matrix, const CodecDraws& draws = {}) {
  const Bytes bytes = encode_record(codec, matrix, draws);
  const auto body = read_record(bytes, tensor_of(matrix.rows, matrix.columns));
  EXPECT_TRUE(body.ok()) << body.status().message();
  return body.ok() ? decode(**body) : Values(matrix.values.size());
}

inline double range_of(Span<const float> values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return static_cast<double>(*high) - static_cast<double>(*low);
}

inline double squared_error(Span<const float> a, Span<const float> b) {
  double error = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = static_cast<double>(a[i]) - static_cast<double>(b[i]);
    error += difference * difference;
  }
  return error;
}

inline float norm(Span<const float> values) {
  return static_cast<float>(std::sqrt(squared_error(values, Values(values.size(), 0.0f))));
}

/// Total variance and worst case are those of the reference, to 1e-4, at 2, 4, 5 and 8 bits.
inline void expect_golden_figures(const std::string& codec, const std::string& input,
                                  const std::string& reference) {
  const Values values = golden(input);
  const nlohmann::json figures = golden_figures("gradient_figures");
  for (const int bits : {2, 4, 5, 8}) {
    const nlohmann::json& expected = figures.at(input).at(reference).at(std::to_string(bits));
    const auto chosen = quantiser(codec, bits);
    EXPECT_NEAR(chosen->exact_variance(matrix_of(values, 32)) / expected.at("exact").get<double>(), 1, 1e-4)
        << input << " " << bits;
    EXPECT_NEAR(chosen->worst_case_bound(matrix_of(values, 32)) / expected.at("bound").get<double>(), 1, 1e-4)
        << input << " " << bits;
  }
}

/// Nearest rounding at 4 bits gives the reference's values to 1e-5 of the range.
inline void expect_golden_nearest(const std::string& codec, const std::string& input,
                                  const std::string& reference) {
  const Values values = golden(input);
  const Values expected = golden(input + "_" + reference + "_b4_nearest");
  const Values decoded = through(*quantiser(codec, 4), matrix_of(values, 32));
  ASSERT_EQ(decoded.size(), expected.size());
  const double tolerance = 1e-5 * range_of(values);
  for (std::size_t i = 0; i < decoded.size(); ++i)
    EXPECT_NEAR(decoded[i], expected[i], tolerance) << input << " " << i;
}

}  // namespace covey::quant::testing
