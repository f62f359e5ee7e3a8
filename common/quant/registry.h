#pragma once

#include <functional>
#include <memory>
#include <string>

#include "common/base/registry.h"
#include "common/quant/codec.h"
#include "common/quant/record.h"

namespace covey::quant {

using CodecMaker = std::function<Result<std::unique_ptr<const Codec>>(const CodecOptions&)>;

const Registry<CodecMaker>& codec_registry();

/// errors  kInvalidArgument for an unknown name (the known ones are listed) or options that the codec does
/// not take
Result<std::unique_ptr<const Codec>> make_codec(const std::string& name, const CodecOptions& options);

/// The reader of a scheme's records; kCorrupt for a number that this version does not know.
Result<BodyReader> find_body_reader(Scheme scheme);

}  // namespace covey::quant
