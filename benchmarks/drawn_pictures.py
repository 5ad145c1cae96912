"""Pictures drawn by code, and what may happen to one: for the tests and the figures of the examination of pictures.

``python -m benchmarks.drawn_pictures examples/pictures`` draws those of the examples.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

SIZES = ((640, 480), (800, 600), (480, 640), (500, 500))
CAPTION = "The town of Exampleville, 2 March 2026"


@cache
def scene(seed: int) -> Image.Image:
    """Return a picture with the grain of a photograph (1/f noise), often a sky, and some shapes; no two are alike.

    It is drawn once, and shared: change a copy.
    """
    random = np.random.default_rng(seed)
    width, height = SIZES[seed % len(SIZES)]
    waves = np.fft.fft2(random.normal(size=(height, width, 3)), axes=(0, 1))
    rows, columns = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)[None]
    scale = np.sqrt((rows * height / width) ** 2 + columns**2)
    scale[0, 0] = 1
    grain = np.real(np.fft.ifft2(waves / (scale ** random.uniform(1.3, 1.9))[..., None], axes=(0, 1)))
    grain = (grain - grain.mean((0, 1))) / grain.std((0, 1))
    dots = random.uniform(70, 180, 3) + grain * random.uniform(25, 45)
    picture = Image.fromarray(np.clip(dots, 0, 255).astype(np.uint8))
    if random.random() < 0.7:
        horizon = int(height * random.uniform(0.35, 0.65))
        sky = Image.new("RGB", (width, horizon), tuple(int(level) for level in random.integers(140, 240, 3)))
        picture.paste(Image.blend(picture.crop((0, 0, width, horizon)), sky, 0.7), (0, 0))
    draw = ImageDraw.Draw(picture)
    for _ in range(random.integers(3, 12)):
        left, top, side = int(random.integers(0, width)), int(random.integers(0, height)), int(random.integers(20, 160))
        shape = draw.rectangle if random.random() < 0.5 else draw.ellipse
        colour = tuple(int(level) for level in random.integers(0, 255, 3))
        shape((left, top, left + side, top + int(side * random.uniform(0.4, 1.6))), fill=colour)
    return picture


def page(seed: int) -> Image.Image:
    """Return a picture of a page of text: dark words in lines on white."""
    random = np.random.default_rng(seed)
    picture = Image.new("L", (600, 850), 250)
    draw = ImageDraw.Draw(picture)
    top = int(random.integers(40, 90))
    while top < 800:
        left = 50
        while left < 540 and random.random() > 0.04:
            width = int(random.integers(12, 60))
            draw.rectangle((left, top, min(550, left + width), top + 9), fill=int(random.integers(20, 90)))
            left += width + 7
        top += 18 if random.random() > 0.12 else 40
    return picture.convert("RGB")


def saved(picture: Image.Image, format: str = "JPEG", **how: object) -> bytes:
    """Return a picture as the bytes of a file."""
    out = io.BytesIO()
    picture.save(out, format, **how)
    return out.getvalue()


def recompressed(picture: Image.Image, quality: int) -> Image.Image:
    """Return a picture as it is after it was saved as JPEG."""
    return Image.open(io.BytesIO(saved(picture, quality=quality))).convert("RGB")


def captioned(picture: Image.Image) -> Image.Image:
    """Return a picture with a black bar and a caption under it."""
    width, height = picture.size
    bar = int(height * 0.12)
    larger = Image.new("RGB", (width, height + bar), "black")
    larger.paste(picture, (0, 0))
    ImageDraw.Draw(larger).text((10, height + bar // 4), CAPTION, fill="white")
    return larger


def barred(picture: Image.Image) -> Image.Image:
    """Return a picture over whose lower edge a bar with a caption is laid."""
    changed = picture.copy()
    draw = ImageDraw.Draw(changed)
    draw.rectangle((0, int(picture.height * 0.86), picture.width, picture.height), fill="black")
    draw.text((10, int(picture.height * 0.9)), CAPTION, fill="white")
    return changed


def cropped(picture: Image.Image, cut: float, at: tuple[float, float] = (0.5, 0.5)) -> Image.Image:
    """Return a picture without a share of its width and height; ``at`` says how much of that is cut off left, above."""
    width, height = picture.size
    left, top = cut * width * at[0], cut * height * at[1]
    return picture.crop((int(left), int(top), int(left + width * (1 - cut)), int(top + height * (1 - cut))))


def patched(picture: Image.Image, seed: int = 0) -> Image.Image:
    """Return a picture into whose middle a piece of another one is set."""
    changed = picture.copy()
    left, top, right, bottom = patch_box(picture)
    changed.paste(scene(900_000 + seed).crop((0, 0, right - left, bottom - top)), (left, top))
    return changed


def patch_box(picture: Image.Image) -> tuple[int, int, int, int]:
    """Return where `patched` changes a picture, in dots."""
    width, height = picture.size
    return width // 2, height // 2, width // 2 + width // 6, height // 2 + height // 6


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "half the size": lambda picture: picture.resize((picture.width // 2, picture.height // 2)),
    "a quarter of the size": lambda picture: picture.resize((picture.width // 4, picture.height // 4)),
    "JPEG, quality 60": lambda picture: recompressed(picture, 60),
    "JPEG, quality 20": lambda picture: recompressed(picture, 20),
    "half the size, JPEG 30": lambda picture: recompressed(
        picture.resize((picture.width // 2, picture.height // 2)), 30
    ),
    "brighter by 40%": lambda picture: ImageEnhance.Brightness(picture).enhance(1.4),
    "darker by 40%": lambda picture: ImageEnhance.Brightness(picture).enhance(0.6),
    "more contrast": lambda picture: ImageEnhance.Contrast(picture).enhance(1.4),
    "without colours": lambda picture: picture.convert("L").convert("RGB"),
    "wider by 30%": lambda picture: picture.resize((int(picture.width * 1.3), picture.height)),
    "a piece of another set in": patched,
    "a bar with a caption over it": barred,
    "a bar with a caption under it": captioned,
    "cropped by 5%": lambda picture: cropped(picture, 0.05),
    "cropped by 10%": lambda picture: cropped(picture, 0.1),
    "cropped by 15%": lambda picture: cropped(picture, 0.15, (0.3, 0.8)),
    "cropped by 25%": lambda picture: cropped(picture, 0.25, (0.2, 0.7)),
    "cropped by 30%, a corner": lambda picture: cropped(picture, 0.3, (0.0, 1.0)),
    "cropped by 40%": lambda picture: cropped(picture, 0.4, (0.6, 0.4)),
    "mirrored": ImageOps.mirror,
    "mirrored and cropped by 10%": lambda picture: ImageOps.mirror(cropped(picture, 0.1)),
    "turned by 2 degrees": lambda picture: picture.rotate(2, Image.Resampling.BICUBIC),
    "turned by 90 degrees": lambda picture: picture.transpose(Image.Transpose.ROTATE_90),
}


def draw_examples(folder: Path) -> None:
    """Write a picture that was seen in 2019, and the same, changed, with camera data of 2026."""
    (folder / "seen").mkdir(parents=True, exist_ok=True)
    picture = scene(20).resize((480, 360))
    (folder / "seen" / "drawn.jpg").write_bytes(saved(picture, quality=80))
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Example", "Cam 1"
    photo = exif.get_ifd(0x8769)
    photo[0x9003], photo[0x9011] = "2026:03:01 16:20:05", "+01:00"
    (folder / "drawn-2026.jpg").write_bytes(saved(patched(picture), quality=70, exif=exif))
    rows = "file,published,source,address\ndrawn.jpg,2019-03-02,Example Daily,https://example.org/2019/drawn\n"
    (folder / "seen" / "pictures.csv").write_text(rows, encoding="utf-8")


if __name__ == "__main__":
    draw_examples(Path(sys.argv[1]))
