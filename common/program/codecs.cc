#include "common/program/codecs.h"

#include "common/quant/codecs/zstd.h"
#include "common/quant/registry.h"

namespace covey::program {

namespace {

quant::CodecOptions codec_options(const config::Exchange& exchange) {
  quant::CodecOptions options;
  options.bits = static_cast<int>(exchange.bits);
  options.groups = static_cast<int>(exchange.groups);
  return options;
}

quant::CodecOptions codec_options(const config::Upload& upload) {
  quant::CodecOptions options = codec_options(static_cast<const config::Exchange&>(upload));
  options.keep = upload.keep;
  return options;
}

Result<std::unique_ptr<const quant::Codec>> codec_of(const config::Exchange& exchange,
                                                     const quant::CodecOptions& options) {
  COVEY_ASSIGN_OR_RETURN(auto codec, quant::make_codec(exchange.codec, options));
  return exchange.compress == "zstd" ? quant::compressed(std::move(codec)) : std::move(codec);
}

}  // namespace

Result<std::unique_ptr<const quant::Codec>> download_codec(const config::Experiment& experiment) {
  return codec_of(experiment.download, codec_options(experiment.download));
}

Result<std::unique_ptr<const quant::Codec>> upload_codec(const config::Experiment& experiment) {
  return codec_of(experiment.upload, codec_options(experiment.upload));
}

}  // namespace covey::program
