#include "common/program/codecs.h"

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

}  // namespace

Result<std::unique_ptr<const quant::Codec>> download_codec(const config::Experiment& experiment) {
  return quant::make_codec(experiment.download.codec, codec_options(experiment.download));
}

Result<std::unique_ptr<const quant::Codec>> upload_codec(const config::Experiment& experiment) {
  return quant::make_codec(experiment.upload.codec, codec_options(experiment.upload));
}

}  // namespace covey::program
