#pragma once

// One configuration of stb for everybody: no files, no formats but these two.
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#define STBI_WRITE_NO_STDIO
#define STBI_MAX_DIMENSIONS 4096

#include <stb/stb_image.h>
#include <stb/stb_image_write.h>
