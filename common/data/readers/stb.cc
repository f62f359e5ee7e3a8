// The one place where the bodies of stb's header-only decoders and encoders are compiled.
#include <cstdlib>

// Zeroed memory: a damaged JPEG file makes the decoder read tables that it never filled, past their ends, and
// leave pixels unwritten.
#define STBI_MALLOC(size) std::calloc(1, size)
#define STBI_REALLOC(memory, size) std::realloc(memory, size)
#define STBI_FREE(memory) std::free(memory)
#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_WRITE_IMPLEMENTATION
#include "common/data/readers/stb.h"
