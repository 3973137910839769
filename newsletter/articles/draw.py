"""A picture drawn anew in the sizes that pages and mails show, within one process.

What comes in is judged by its content, never by its name. Each file is drawn anew, so that nothing
of what a camera or a person wrote beside the picture (place, name, comments) goes out.
"""

import json
import re
import struct
import warnings
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO

from PIL import Image, ImageCms, ImageOps

from newsletter.articles.image_limits import (
    LARGEST_IN_MAIL,
    LEAST_WIDTH,
    MOST_PIXELS,
    MOST_SCANS,
    TALLEST,
    WIDTHS,
)
from newsletter.errors import BadInput

# What every mail program shows; a WebP is empty in Outlook for Windows.
_FORMATS = tuple(MOST_PIXELS)
# A JPEG with a second picture behind it, as many cameras write: the first one is a plain JPEG.
_ALSO_JPEG = "MPO"
_QUALITIES = (82, 70, 55, 40, 20)  # of a JPEG: the first that is light enough
_COLOURS_OF_A_DRAWING = 4096  # more, and no PNG is ever the lighter one
_HURRIED = 4  # times as heavy as its best: no drawing is more, when it is packed in a hurry
# No MemoryError: it says what the picture takes, and not that it is broken.
_BROKEN = (OSError, ValueError, SyntaxError, EOFError, struct.error, IndexError, TypeError,
           OverflowError, Image.DecompressionBombError, Image.DecompressionBombWarning)
# In a JPEG, where the next part begins (ITU-T T.81, B.1.1): inside what is packed FF 00 is a byte,
# D0 to D7 say where to go on after damage, and 01 stands alone as well.
_MARKER = re.compile(rb"\xff+([^\x00\x01\xd0-\xd7\xff])", re.DOTALL)
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA


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


def draw_confined(file: bytes) -> bytes:
    """The files as one answer between processes: a line that says what follows, and their bytes.

    Or a line with the reason why there are none.
    """
    try:
        files = draw(file)
    except BadInput as refusal:
        return json.dumps(refusal.reason).encode() + b"\n"
    head = [(one.extension, one.width, one.height, len(one.content)) for one in files]
    return json.dumps(head).encode() + b"\n" + b"".join(one.content for one in files)


def draw(file: bytes) -> list[Sized]:
    """The picture in each width that it can fill, the narrowest first.

    Raises BadInput at `file`: `no_image`, `too_many_pixels`, `too_many_scans`, `too_small`,
    `too_tall`; MemoryError.
    """
    picture = _upright(file)
    widths = [width for width in WIDTHS if width <= picture.width] or [picture.width]
    if WIDTHS[0] < picture.width < WIDTHS[-1]:
        widths.append(picture.width)
    return [_file(picture, width) for width in widths]


def has_too_many_scans(jpeg: bytes) -> bool:
    """Whether a JPEG goes over its pixels more often than any that was made to be looked at.

    What lies behind its end is not counted: a second picture, or the film of a telephone.
    """
    scans, at = 0, 0
    while (found := _MARKER.search(jpeg, at)) and found[1][0] != _END:
        at = found.end()
        if found[1][0] == _START:
            continue
        scans += found[1][0] == _SCAN
        if scans > MOST_SCANS:
            return True
        # Of these two bytes the length itself is a part; a decoder reads them in any case.
        at += max(2, int.from_bytes(jpeg[at:at + 2]))
    return False


def _upright(file: bytes) -> Image.Image:
    """The first frame, the way up that its camera meant, in sRGB, no larger than we can use."""
    try:
        with _unwarned(), Image.open(BytesIO(file), formats=_FORMATS) as opened:
            _judge(opened, file)
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


def _unwarned() -> AbstractContextManager[object]:
    """Without what Pillow says of parts that it goes past, such as a list of pictures that lies."""
    return warnings.catch_warnings(action="ignore", category=UserWarning)


def _judge(opened: Image.Image, file: bytes) -> None:
    """Refuse by the head of the file and its parts, before a single pixel is unpacked."""
    kind = "JPEG" if opened.format == _ALSO_JPEG else opened.format
    most = MOST_PIXELS.get(kind or "")
    if most is None:
        raise BadInput("file", "no_image")
    if opened.width * opened.height > most:
        raise BadInput("file", "too_many_pixels")
    if opened.width < LEAST_WIDTH:
        raise BadInput("file", "too_small")
    if kind == "JPEG" and has_too_many_scans(file):
        raise BadInput("file", "too_many_scans")


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
        drawing = _drawing(sized)
        if drawing and len(drawing) <= most:
            return Sized("png", width, height, drawing)
        # A photograph with a hole in it: on the white of a mail's sheet it looks the same.
        ground = Image.new("RGBA", sized.size, "white")
        sized = Image.alpha_composite(ground, sized).convert("RGB")
    photo = _photo(sized, _QUALITIES[0])
    if sized.getcolors(_COLOURS_OF_A_DRAWING):
        drawing = _drawing(sized)
        if drawing and len(drawing) <= min(len(photo), most):
            return Sized("png", width, height, drawing)
    for quality in _QUALITIES[1:]:
        if len(photo) <= most:
            break
        photo = _photo(sized, quality)
    return Sized("jpg", width, height, photo)


def _photo(picture: Image.Image, quality: int) -> bytes:
    kept = BytesIO()
    picture.save(kept, "JPEG", quality=quality, optimize=True, progressive=True)
    return kept.getvalue()


def _drawing(picture: Image.Image) -> bytes | None:
    """As small a PNG as can be; none of what could never be light enough for a mail."""
    # To pack noise as well as can be takes many seconds. To pack it in a hurry takes none.
    if len(_packed(picture, compress_level=1)) > _HURRIED * LARGEST_IN_MAIL:
        return None
    return _packed(picture, optimize=True)


def _packed(picture: Image.Image, **options: int) -> bytes:
    kept = BytesIO()
    picture.save(kept, "PNG", **options)
    return kept.getvalue()
