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

from newsletter.errors import BadInput

LARGEST_FILE = 10 * 1024 * 1024  # bytes
MOST_PIXELS = 40_000_000  # of the picture as it comes: 8,000 × 5,000
LEAST_WIDTH = 300  # pixels
# The column of a mail (600 px), once and for screens that show twice as much in it.
WIDTHS = (600, 1200)
# What every mail program shows; a WebP is empty in Outlook for Windows.
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_QUALITY = 82
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

    Raises BadInput at `file`: `empty`, `too_large`, `no_image`, `too_many_pixels`, `too_small`.
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
    """The first frame, the way up that its camera meant, in sRGB."""
    try:
        with Image.open(BytesIO(file), formats=_FORMATS) as opened:
            # Told by the head of the file, before a single pixel is unpacked.
            if opened.width * opened.height > MOST_PIXELS:
                raise BadInput("file", "too_many_pixels")
            if opened.width < LEAST_WIDTH:
                raise BadInput("file", "too_small")
            opened.load()
            turned = ImageOps.exif_transpose(opened)
            return _plain(turned)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise BadInput("file", "too_many_pixels") from error
    except _BROKEN as error:
        raise BadInput("file", "no_image") from error


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
    if sized.mode == "RGBA":
        return Sized("png", width, height, _saved(sized, "PNG"))
    photo, drawing = _saved(sized, "JPEG"), _saved(sized, "PNG")
    if len(drawing) <= len(photo):
        return Sized("png", width, height, drawing)
    return Sized("jpg", width, height, photo)


def _saved(picture: Image.Image, kind: str) -> bytes:
    kept = BytesIO()
    picture.save(kept, kind, optimize=True, quality=_QUALITY, progressive=True)
    return kept.getvalue()
