#!/usr/bin/env python3
"""Writes augment.bin.gz: what Pillow makes of two synthetic images with each operation of the strong view.

Records follow each other. Each is one text line, then channels * height * width raw bytes, planar:
    input CHANNELS HEIGHT WIDTH
    OPERATION LEVEL NEGATIVE        (applied to the last input; NEGATIVE is 0 or 1)
"""

import gzip
import pathlib

import numpy as np
import PIL.Image
import PIL.ImageEnhance
import PIL.ImageOps

Image = PIL.Image
LEVELS = (1, 9)


def colour_image(size=32):
    y, x = np.mgrid[0:size, 0:size]
    red = 40 + 5 * x + (y // 4) % 2 * 20
    green = 200 - 4 * y + (x * y) % 17
    blue = 128 + 60 * np.sin(x / 3.0) * np.cos(y / 4.0)
    image = np.stack([red, green, blue], axis=-1)
    image[8:20, 10:24] = image[8:20, 10:24] // 2 + 20
    return Image.fromarray(np.clip(image, 7, 240).astype(np.uint8), "RGB")


def grey_image(size=28):
    y, x = np.mgrid[0:size, 0:size]
    ring = np.abs(np.hypot(x - 13.5, y - 12.0) - 7.0)
    stroke = np.abs(x - y - 2)
    image = 250 * np.clip(2.2 - np.minimum(ring, stroke), 0, 1) + (x * 3 + y * 5) % 11
    return Image.fromarray(np.clip(image, 0, 255).astype(np.uint8), "L")


def affine(image, *coefficients):
    return image.transform(image.size, Image.AFFINE, coefficients)


def enhanced(kind):
    return lambda image, level, sign: kind(image).enhance(0.09 * level + 0.05)


OPERATIONS = {
    "AutoContrast": lambda image, level, sign: PIL.ImageOps.autocontrast(image),
    "Brightness": enhanced(PIL.ImageEnhance.Brightness),
    "Color": enhanced(PIL.ImageEnhance.Color),
    "Contrast": enhanced(PIL.ImageEnhance.Contrast),
    "Equalize": lambda image, level, sign: PIL.ImageOps.equalize(image),
    "Identity": lambda image, level, sign: image,
    "Posterize": lambda image, level, sign: PIL.ImageOps.posterize(image, int(0.4 * level) + 4),
    "Rotate": lambda image, level, sign: image.rotate(sign * int(3 * level)),
    "Sharpness": enhanced(PIL.ImageEnhance.Sharpness),
    "ShearX": lambda image, level, sign: affine(image, 1, sign * 0.03 * level, 0, 0, 1, 0),
    "ShearY": lambda image, level, sign: affine(image, 1, 0, 0, sign * 0.03 * level, 1, 0),
    "Solarize": lambda image, level, sign: PIL.ImageOps.solarize(image, 256 - int(25.6 * level)),
    "TranslateX": lambda image, level, sign: affine(image, 1, 0, sign * int(0.03 * level * image.size[0]), 0, 1, 0),
    "TranslateY": lambda image, level, sign: affine(image, 1, 0, 0, 0, 1, sign * int(0.03 * level * image.size[1])),
}
DIRECTED = {"Rotate", "ShearX", "ShearY", "TranslateX", "TranslateY"}


def record(header, image):
    pixels = np.asarray(image)
    planar = pixels.transpose(2, 0, 1) if pixels.ndim == 3 else pixels
    return header.encode() + b"\n" + np.ascontiguousarray(planar).tobytes()


def main():
    parts = []
    for image in (grey_image(), colour_image()):
        width, height = image.size
        parts.append(record(f"input {len(image.getbands())} {height} {width}", image))
        for name, operation in OPERATIONS.items():
            for level in LEVELS:
                for negative in (0, 1) if name in DIRECTED else (0,):
                    result = operation(image, level, -1 if negative else 1)
                    parts.append(record(f"{name} {level} {negative}", result))
    target = pathlib.Path(__file__).with_name("augment.bin.gz")
    target.write_bytes(gzip.compress(b"".join(parts), 9, mtime=0))


if __name__ == "__main__":
    main()
