"""A picture from anywhere as files that pages and mails can show: known types, few sizes, no bombs.

What comes in is judged by its content, never by its name. Each file is drawn anew, so that nothing
of what a camera or a person wrote beside the picture (place, name, comments) goes out.
"""

import struct
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageCms, ImageOps

from newsletter.articles.image_models import LARGEST_IN_MAIL
from newsletter.errors import BadInput

LARGEST_FILE = 10 * 1024 * 1024  # bytes
# Of the picture as it comes. A photograph (JPEG) is unpacked at a fraction of its size; what cannot
# be takes four bytes a pixel, and again for each step until it is small.
MOST_PIXELS = {"JPEG": 25_000_000, "PNG": 16_000_000, "WEBP": 16_000_000, "GIF": 16_000_000}
LEAST_WIDTH = 300  # pixels
TALLEST = 2  # times its width: a taller one pushes the words of a mail off the screen
# The column of a mail (600 px), once and for screens that show twice as much in it.
WIDTHS = (600, 1200)
# What every mail program shows; a WebP is empty in Outlook for Windows.
_FORMATS = tuple(MOST_PIXELS)
_QUALITIES = (82, 70, 55, 40, 20)  # of a JPEG: the first that is light enough
_COLOURS_OF_A_DRAWING = 4096  # more, and no PNG is ever the lighter one
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, struct.error, IndexError, KeyError,
           TypeError, OverflowError, MemoryError, Image.DecompressionBombError,
           Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Sized:
    """One file: what it is called, how large it is in pixels, and its bytes."""

    extension: str
    width: int
    height: int
    content: bytes

    @property
    def hash(self) -> str:
        """The SHA-256 of its content, in hexadecimal."""
        return sha256(self.content).hexdigest()


def resize(file: bytes) -> list[Sized]:
    """The picture in each width that it can fill, the narrowest first.

    Each is light enough for a mail (LARGEST_IN_MAIL) wherever a lower quality or fewer colours can
    make it so. Raises BadInput at `file`: `empty`, `too_large`, `no_image`, `too_many_pixels`,
    `too_small`, `too_tall`.
    """
    if not file:
        raise BadInput("file", "empty")
    if len(file) > LARGEST_FILE:
        raise BadInput("file", "too_large")
    picture = _upright(file)
    widths = [width for width in WIDTHS if width <= picture.width] or [picture.width]
    if WIDTHS[0] < picture.width < WIDTHS[-1]:
        widths.append(picture.width)
    return [_file(picture, width) for width in widths]


def _upright(file: bytes) -> Image.Image:
    """The first frame, the way up that its camera meant, in sRGB, no larger than we can use."""
    try:
        with Image.open(BytesIO(file), formats=_FORMATS) as opened:
            # Told by the head of the file, before a single pixel is unpacked.
            if opened.width * opened.height > MOST_PIXELS[opened.format or ""]:
                raise BadInput("file", "too_many_pixels")
            if opened.width < LEAST_WIDTH:
                raise BadInput("file", "too_small")
            # Only a JPEG lets itself be unpacked at a half, a quarter or an eighth.
            opened.draft(None, (WIDTHS[-1], WIDTHS[-1]))
            opened.load()
            upright = ImageOps.exif_transpose(_nearer(opened))
        if upright.height > TALLEST * upright.width:
            raise BadInput("file", "too_tall")
        if upright.width < LEAST_WIDTH:
            raise BadInput("file", "too_small")
        return _plain(upright)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadInput("file", "too_many_pixels") from error
    except _BROKEN as error:
        raise BadInput("file", "no_image") from error


def _nearer(picture: Image.Image) -> Image.Image:
    """The picture in a box from which every width can be made: what follows copies it a few times.
    """
    box = TALLEST * WIDTHS[-1]
    longest = max(picture.size)
    if longest <= box:
        return picture
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    if picture.mode not in (mode, "L", "CMYK"):
        picture = picture.convert(mode)
    width, height = (max(1, round(side * box / longest)) for side in picture.size)
    return picture.resize((width, height), Image.Resampling.BICUBIC, reducing_gap=2.0)


def _plain(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    if profile and picture.mode in ("RGB", "CMYK"):
        # With a broken profile, the colours as they come.
        with suppress(ImageCms.PyCMSError):
            picture = ImageCms.profileToProfile(
                picture, ImageCms.ImageCmsProfile(BytesIO(profile)),
                ImageCms.createProfile("sRGB"), outputMode="RGB") or picture
    drawn = Image.new(mode, picture.size)
    drawn.paste(picture.convert(mode))
    return drawn


def _file(picture: Image.Image, width: int) -> Sized:
    height = max(1, round(picture.height * width / picture.width))
    sized = picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
    most = LARGEST_IN_MAIL
    if sized.mode == "RGBA":
        drawing = _saved(sized, "PNG")
        if len(drawing) <= most:
            return Sized("png", width, height, drawing)
        # A photograph with a hole in it: on the white of a mail's sheet it looks the same.
        ground = Image.new("RGBA", sized.size, "white")
        sized = Image.alpha_composite(ground, sized).convert("RGB")
    photo = _saved(sized, "JPEG", quality=_QUALITIES[0])
    if sized.getcolors(_COLOURS_OF_A_DRAWING):
        drawing = _saved(sized, "PNG")
        if len(drawing) <= min(len(photo), most):
            return Sized("png", width, height, drawing)
    for quality in _QUALITIES[1:]:
        if len(photo) <= most:
            break
        photo = _saved(sized, "JPEG", quality=quality)
    return Sized("jpg", width, height, photo)


def _saved(picture: Image.Image, kind: str, **options: int) -> bytes:
    kept = BytesIO()
    picture.save(kept, kind, optimize=True, progressive=True, **options)
    return kept.getvalue()
