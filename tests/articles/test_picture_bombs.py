"""Pictures that are small to send and dear to unpack: refused by their parts, or by a limit."""

import zlib
from io import BytesIO
from struct import pack

import pytest
from PIL import Image

from newsletter.articles.draw import draw, draw_confined, has_too_many_scans
from newsletter.articles.image_limits import LARGEST_FILE, MOST_SCANS
from newsletter.articles.resize import resize
from newsletter.confined import End, Limits, run_confined
from newsletter.errors import BadInput
from tests.articles.test_resize import picture


def scan_head(table: int = 0) -> bytes:
    """What a scan of all but the mean of each block begins with, by that Huffman table."""
    return pack(">BBHBBBBBB", 0xFF, 0xDA, 8, 1, 1, table, 1, 63, 0)


def part(mark: int, data: bytes) -> bytes:
    """A part of a JPEG."""
    return pack(">BBH", 0xFF, mark, len(data) + 2) + data


def scans(count: int, *, side: int = 4_992, table: int = 0) -> bytes:
    """A grey JPEG that sharpens in so many scans, each of which says: nothing, for every block."""
    blocks = (side // 8) ** 2
    bits = ""
    while blocks >= 1 << 14:  # a code of one bit, and fourteen for how many blocks it is about
        run = min(blocks, (1 << 15) - 1)
        bits += f"0{run - (1 << 14):014b}"
        blocks -= run
    bits += "1" * (-len(bits) % 8)
    packed = int(bits or "0", 2).to_bytes(len(bits) // 8).replace(b"\xff", b"\xff\0")
    return b"".join((
        b"\xff\xd8", part(0xDB, b"\0" + b"\1" * 64),
        part(0xC2, pack(">BHHBBBB", 8, side, side, 1, 1, 0x11, 0)),
        part(0xC4, b"\x10\1" + b"\0" * 15 + b"\xe0"), (scan_head(table) + packed) * count,
        b"\xff\xd9",
    ))


def chunk(name: bytes, data: bytes) -> bytes:
    """A part of a PNG."""
    return pack(">I", len(data)) + name + data + pack(">I", zlib.crc32(name + data))


def profiles() -> bytes:
    """A PNG of 10 MB with as many colour profiles as go in, a megabyte of nothing each."""
    profile = chunk(b"iCCP", b"x\0\0" + zlib.compress(b"\0" * (1_000_000), 9))
    return b"".join((
        b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", pack(">IIBBBBB", 300, 300, 8, 2, 0, 0, 0)),
        profile * (LARGEST_FILE // len(profile) - 1),
        chunk(b"IDAT", zlib.compress(b"\0" * 300 * 901)), chunk(b"IEND", b""),
    ))


def reason_of(file: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(BadInput) as refused:
        resize(file, limits=limits)
    assert refused.value.field == "file"
    return refused.value.reason


def test_a_jpeg_of_four_thousand_scans_is_refused() -> None:
    bomb = scans(4_000)
    assert len(bomb) < 217_000
    assert reason_of(bomb) == "too_many_scans"


def test_too_many_scans_are_refused_before_one_is_read() -> None:
    # No scan of these can be read, for there is no table that says what its bits mean.
    assert reason_of(scans(MOST_SCANS, side=1_600, table=3)) == "no_image"
    assert reason_of(scans(MOST_SCANS + 1, side=1_600, table=3)) == "too_many_scans"


def test_as_many_scans_as_may_be_are_drawn() -> None:
    assert draw(scans(MOST_SCANS, side=1_600))


def test_a_photograph_that_sharpens_as_it_comes_is_drawn() -> None:
    photo = picture(progressive=True, optimize=True)
    assert 1 < photo.count(b"\xff\xda") < 20
    assert [one.width for one in resize(photo)] == [600, 1200]


def test_what_only_looks_like_a_scan_is_not_counted() -> None:
    looks_so = b"\xff\xda" * (MOST_SCANS + 1)
    photo = picture()
    # In what a camera wrote, and behind the end, where telephones put a film.
    hidden = photo[:2] + part(0xFE, looks_so) + photo[2:]
    for file in (hidden, photo + looks_so):
        assert not has_too_many_scans(file)
        assert resize(file)


@pytest.mark.parametrize("between", [
    b"\xff", b"\xff\xff\xff",  # filling
    b"\xff\0", b"\xff\x01", b"\xff\xd0", b"x\xff\xd7y",  # what does not end a scan
    part(0xFE, b"x"), pack(">BBH", 0xFF, 0xFE, 0), pack(">BBH", 0xFF, 0xFE, 1),
])
def test_scans_are_counted_whatever_stands_between_them(between: bytes) -> None:
    one = scan_head() + b"\0" + between
    assert has_too_many_scans(b"\xff\xd8" + one * (MOST_SCANS + 1))
    assert not has_too_many_scans(b"\xff\xd8" + one * MOST_SCANS)


def test_a_bomb_in_no_pixel_and_no_scan_is_ended_by_its_share_of_the_processor() -> None:
    limits = Limits(cpu_seconds=1, seconds=300.0)
    bomb = profiles()
    assert len(bomb) <= LARGEST_FILE
    assert run_confined(draw_confined, bomb, limits=limits).end is End.CPU
    assert reason_of(bomb, limits) == "too_much_work"


def test_a_picture_that_needs_more_memory_than_it_may_have_is_refused() -> None:
    kept = BytesIO()
    Image.new("RGBA", (4_000, 4_000)).save(kept, "PNG")
    limits = Limits(memory_bytes=150 * 1024 * 1024)
    assert run_confined(draw_confined, kept.getvalue(), limits=limits).end is End.MEMORY
    assert reason_of(kept.getvalue(), limits) == "too_much_work"


def test_a_picture_that_a_busy_machine_cannot_get_to_is_refused() -> None:
    assert reason_of(picture(), Limits(seconds=0.001)) == "too_much_work"


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_of_a_film_of_thousands_of_frames_the_first_is_drawn(kind: str) -> None:
    frames = [Image.new("RGB", (300, 2), (n % 250, n // 250, 0)) for n in range(1_000)]
    kept = BytesIO()
    frames[0].save(kept, kind, save_all=True, append_images=frames[1:], duration=20)
    (one,) = draw(kept.getvalue())
    with Image.open(BytesIO(one.content)) as shown:
        assert shown.convert("RGB").getpixel((5, 1)) == (0, 0, 0)


def test_a_drawing_too_heavy_for_a_mail_is_not_packed_as_well_as_can_be() -> None:
    noise = Image.effect_noise((1200, 2400), 20).point(lambda value: value // 64 * 64)
    kept = BytesIO()
    Image.merge("RGBA", [noise] * 4).save(kept, "PNG", compress_level=1)
    limits = Limits(cpu_seconds=5, seconds=300.0)
    assert [one.extension for one in resize(kept.getvalue(), limits=limits)] == ["jpg", "jpg"]
