"""Pictures from anywhere: what comes out of them, and what is refused."""

import subprocess
import sys
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from newsletter.articles.draw import draw
from newsletter.articles.image_limits import LARGEST_FILE, LARGEST_IN_MAIL
from newsletter.articles.resize import resize
from newsletter.errors import BadInput


def picture(kind: str = "JPEG", size: tuple[int, int] = (1600, 900), mode: str = "RGB",
            **options: object) -> bytes:
    """A picture in which every pixel differs from its neighbours."""
    drawn = Image.effect_noise(size, 90).convert(mode)
    kept = BytesIO()
    drawn.save(kept, kind, **options)  # type: ignore[arg-type]
    return kept.getvalue()


def two_in_one(size: tuple[int, int] = (1600, 900), **options: object) -> bytes:
    """A JPEG with a second picture behind it, which is black, as many cameras write them."""
    drawn, second = Image.effect_noise(size, 90).convert("RGB"), Image.new("RGB", size)
    kept = BytesIO()
    drawn.save(kept, "MPO", save_all=True, append_images=[second],
               **options)  # type: ignore[arg-type]
    return kept.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that says that it is as large as this."""
    def part(name: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))

    head = part(b"IHDR", pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = part(b"IDAT", zlib.compress(b"\0" * 2_000_000))
    return b"\x89PNG\r\n\x1a\n" + head + body + part(b"IEND", b"")


@pytest.mark.parametrize(("kind", "mode"), [
    ("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGB"), ("PNG", "L"), ("PNG", "P"),
    ("WEBP", "RGB"), ("GIF", "P"),
])
def test_a_picture_comes_out_in_two_widths_that_mails_can_show(kind: str, mode: str) -> None:
    files = resize(picture(kind, mode=mode))
    assert [(one.width, one.height) for one in files] == [(600, 338), (1200, 675)]
    for one in files:
        with Image.open(BytesIO(one.content)) as shown:
            assert (shown.format, shown.size) == (
                {"jpg": "JPEG", "png": "PNG"}[one.extension], (one.width, one.height))


def test_what_is_transparent_stays_so() -> None:
    drawn = Image.new("RGBA", (700, 400), (200, 0, 0, 0))
    kept = BytesIO()
    drawn.save(kept, "PNG")
    small, full = resize(kept.getvalue())
    assert (small.extension, small.width, full.width) == ("png", 600, 700)
    with Image.open(BytesIO(small.content)) as shown:
        assert shown.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_a_small_picture_is_not_made_larger() -> None:
    assert [one.width for one in resize(picture(size=(400, 300)))] == [400]


def test_what_a_camera_wrote_does_not_go_out_and_its_way_up_is_kept() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned a quarter
    exif[0x010F] = "Geheime camera"
    (file,) = resize(picture(size=(500, 300), exif=exif, comment=b"Geheim"))[:1]
    assert (file.width, file.height) == (300, 500)
    assert b"Geheim" not in file.content
    with Image.open(BytesIO(file.content)) as shown:
        assert not shown.getexif()


def test_of_a_photograph_with_a_second_one_behind_it_the_first_goes_out_alone() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Geheime camera"
    file = two_in_one(exif=exif)
    with Image.open(BytesIO(file)) as opened:
        assert (opened.format, opened.n_frames) == ("MPO", 2)  # type: ignore[attr-defined]
    narrow, wide = resize(file)
    assert (narrow.extension, narrow.width, wide.width) == ("jpg", 600, 1200)
    for one in (narrow, wide):
        assert b"Geheim" not in one.content
        with Image.open(BytesIO(one.content)) as shown:
            assert (shown.format, "mp" in shown.info) == ("JPEG", False)
            assert shown.convert("L").getextrema()[1] > 0  # type: ignore[operator]


def test_a_photograph_with_a_second_one_behind_it_may_have_as_many_pixels_as_one_alone() -> None:
    file = bytearray(two_in_one((64, 48)))
    head = file.index(b"\xff\xc0")
    file[head + 5:head + 9] = pack(">HH", 5_000, 5_000)
    assert resize(bytes(file))  # it holds a thousandth of the pixels that it promises
    file[head + 5:head + 9] = pack(">HH", 5_000, 5_001)
    with pytest.raises(BadInput, match="too_many_pixels"):
        resize(bytes(file))


@pytest.mark.parametrize(("file", "reason"), [
    (b"", "empty"),
    (b"x" * (LARGEST_FILE + 1), "too_large"),
    (b"GIF89a", "no_image"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "no_image"),
    (b"<html><script>alert(1)</script>", "no_image"),
    (b"%PDF-1.7", "no_image"),
    (picture("BMP"), "no_image"),
    (picture("TIFF"), "no_image"),
    (picture()[:5000], "no_image"),
    (bomb(4_000, 4_000), "no_image"),
    (bomb(4_001, 4_000), "too_many_pixels"),
    (picture(size=(300, 601)), "too_tall"),
    (bomb(60_000, 60_000), "too_many_pixels"),
    (picture(size=(299, 400)), "too_small"),
])
def test_what_is_no_picture_for_us_is_refused_with_its_reason(file: bytes, reason: str) -> None:
    with pytest.raises(BadInput) as refused:
        resize(file)
    assert (refused.value.field, refused.value.reason) == ("file", reason)


def test_a_photograph_of_too_many_pixels_is_refused_by_its_head_alone() -> None:
    with BytesIO() as kept:
        Image.new("RGB", (64, 48)).save(kept, "JPEG")
        file = bytearray(kept.getvalue())
    head = file.index(b"\xff\xc0")
    file[head + 5:head + 9] = pack(">HH", 5_000, 5_001)
    with pytest.raises(BadInput) as refused:
        resize(bytes(file))  # it holds a thousandth of the pixels that it promises
    assert refused.value.reason == "too_many_pixels"


# The peak of a process of its own: of `resource`, Linux counts in what the parent had.
_PEAK = """
import re, resource, sys
from pathlib import Path
from newsletter.articles.draw import draw

def peak():
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

draw(Path(sys.argv[1]).read_bytes())
before = peak()
draw(Path(sys.argv[2]).read_bytes())
print(peak() - before)
"""


@pytest.mark.parametrize(("kind", "mode", "size", "megabytes"), [
    # Unpacked whole it would be 100 MB, and as much again for each copy.
    ("JPEG", "RGB", (5_000, 5_000), 90),
    ("PNG", "RGBA", (4_000, 4_000), 220),
])
def test_the_largest_picture_takes_little_more_than_its_own_pixels(
    tmp_path: Path, kind: str, mode: str, size: tuple[int, int], megabytes: int
) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_bytes(picture(kind, (400, 300), mode))
    Image.linear_gradient("L").resize(size).convert(mode).save(large, kind)
    done = subprocess.run([sys.executable, "-c", _PEAK, str(small), str(large)],
                          capture_output=True, text=True, check=True)
    assert int(done.stdout) <= megabytes * 1024  # of memory at the peak, in kilobytes


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
def test_a_mail_has_a_light_file_of_any_picture(mode: str) -> None:
    (narrow,) = resize(picture("PNG", (600, 1200), mode))
    assert len(narrow.content) <= LARGEST_IN_MAIL


def test_a_photograph_is_light_at_the_width_of_sharp_screens() -> None:
    # Noise in large grains, with about as much detail as a photograph of a street has.
    drawn = Image.effect_noise((600, 400), 60).resize((3_000, 2_000), Image.Resampling.BICUBIC)
    kept = BytesIO()
    drawn.convert("RGB").save(kept, "JPEG", quality=95)
    wide = resize(kept.getvalue())[-1]
    assert (wide.width, wide.extension) == (1200, "jpg")
    assert len(wide.content) <= LARGEST_IN_MAIL


_DAMAGED = {kind: picture(kind, (320, 40)) for kind in ("JPEG", "PNG", "WEBP", "GIF")}
_DAMAGED["MPO"] = two_in_one((320, 40))


@given(data=st.data(), kind=st.sampled_from(sorted(_DAMAGED)))
@settings(max_examples=60, deadline=None)
def test_a_damaged_picture_is_shown_or_refused_and_never_a_crash(
    data: st.DataObject, kind: str
) -> None:
    file = bytearray(_DAMAGED[kind])
    for _ in range(data.draw(st.integers(1, 6))):
        file[data.draw(st.integers(0, len(file) - 1))] = data.draw(st.integers(0, 255))
    with suppress(BadInput):
        assert draw(bytes(file))  # here, where nothing keeps a crash from us
