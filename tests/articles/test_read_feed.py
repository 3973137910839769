"""Feeds, good and hostile, become pieces with identity, whole links and plain words (S09, S10)."""

import contextlib
from datetime import date
from pathlib import Path
from time import process_time

import pytest

from newsletter.articles.read_feed import Found, canonical, read_feed
from newsletter.errors import FetchFailed
from newsletter.fetching.trouble import Trouble

BASE = "https://bond.example/nieuws/feed.xml"


def rss(*items: str, head: str = "") -> bytes:
    inside = "".join(f"<item>{item}</item>" for item in items)
    return (f'<?xml version="1.0" encoding="utf-8"?>{head}<rss version="2.0" '
            'xmlns:content="http://purl.org/rss/1.0/modules/content/">'
            f"<channel><title>Bond</title><link>/</link>{inside}</channel></rss>").encode()


def read(content: bytes, content_type: str = "application/rss+xml") -> list[Found]:
    return read_feed(content, content_type=content_type, base=BASE)


def refusal(content: bytes, content_type: str = "text/xml") -> str:
    with pytest.raises(FetchFailed) as caught:
        read(content, content_type)
    return caught.value.reason


def test_rss_becomes_pieces_with_whole_links_and_plain_words() -> None:
    (one,) = read(rss(
        "<title>Eén &amp;amp; ander &amp;eacute;n meer</title>"
        "<link>../stuk?utm_source=x#deel</link>"
        "<guid isPermaLink='false'>7</guid><author>noor@bond.example (Noor)</author>"
        "<pubDate>Tue, 10 Nov 2026 23:30:00 +0000</pubDate>"
        "<description>&lt;p onclick='x()'&gt;Kort &lt;b&gt;en&lt;/b&gt; goed"
        "&lt;script&gt;alert(1)&lt;/script&gt;&lt;/p&gt;</description>"
        "<content:encoded><![CDATA[<p>Lees <a href='/meer'>meer</a>"
        "<a href='javascript:alert(1)'>of niet</a><img src=x onerror=alert(1)></p>]]>"
        "</content:encoded>"))
    assert one.address == "https://bond.example/stuk"
    assert one.title == "Eén & ander én meer"
    assert one.summary == "Kort en goed"
    assert one.body_md == "Lees [meer](https://bond.example/meer)of niet"
    assert one.published_on == date(2026, 11, 11)


def test_atom_becomes_pieces() -> None:
    (one,) = read(
        b'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://bond.example/a/">'
        b'<entry><id>urn:1</id><title type="html">&lt;b&gt;Vet&lt;/b&gt;</title>'
        b'<link href="b.html"/><author><name>Noor</name></author>'
        b"<updated>2026-11-10T10:00:00+01:00</updated><summary>Kort.</summary></entry></feed>",
        "application/atom+xml")
    assert (one.address, one.title, one.summary, one.authors) == (
        "https://bond.example/a/b.html", "Vet", "Kort.", ("Noor",))


@pytest.mark.parametrize(("written", "day"), [
    ("2026-11-10T00:30:00", date(2026, 11, 10)), ("2026-11-10", date(2026, 11, 10)),
    ("Tue, 10 Nov 2026 00:30:00", date(2026, 11, 10)),
    ("Tue, 10 Nov 2026 23:30:00 -0000", date(2026, 11, 11)),
    ("Tue, 10 Nov 2026 23:30:00 GMT", date(2026, 11, 11)),
    ("2026-11-10T23:30:00Z", date(2026, 11, 11)),
    ("0001-01-01T00:00:00+14:00", None), ("gisteren", None), ("", None),
    ("9999-12-31T23:59:59-12:00", None),
])
def test_a_moment_without_a_zone_is_of_the_netherlands(written: str, day: date | None) -> None:
    (one,) = read(rss(f"<title>x</title><pubDate>{written}</pubDate>"))
    assert one.published_on == day


def test_what_misses_a_name_gets_one() -> None:
    first, second, third = read(rss("<description>Alleen woorden</description>",
                                    "<link>/een</link>", "<title>Kop</title>"))
    assert (first.title, first.summary) == ("Alleen woorden", "Alleen woorden")
    assert second.title == "https://bond.example/een"
    assert (third.title, third.summary, third.address) == ("Kop", "Kop", "")
    assert len({first.key, second.key, third.key}) == 3


def test_an_address_that_many_share_is_nobodys_own() -> None:
    shared = "<link>/</link>"
    found = read(rss(f"<title>a</title><guid>1</guid>{shared}",
                     f"<title>b</title><guid>2</guid>{shared}",
                     "<title>a2</title><guid>1</guid><link>/a</link>"))
    assert [one.title for one in found] == ["a2", "b"]
    assert read(rss()) == []


def test_what_is_long_is_cut_at_a_word() -> None:
    (one,) = read(rss(f"<title>{'woord ' * 900}</title><description>{'kort ' * 900}</description>"))
    assert len(one.title) <= 200
    assert one.title.endswith("woord…")
    assert len(one.summary) <= 2_000
    assert len(read(rss(*[f"<title>x</title><guid>{n}</guid>" for n in range(300)]))) == 200


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMBS = {
    "billion laughs": f'<!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]>',
    "quadratic": f'<!DOCTYPE rss [<!ENTITY l9 "{"x" * 100_000}">]>',
    "external": '<!DOCTYPE rss [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
    "parameter": '<!DOCTYPE rss [<!ENTITY % l9 SYSTEM "http://127.0.0.1/x.dtd"> %l9;]>',
    "small letters": '<!doctype rss [<!entity l9 "x">]>',
}


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_of_its_own_are_refused(name: str, encoding: str) -> None:
    text = rss(f"<title>{'&l9;' * 1000}</title>", head=BOMBS[name]).decode()
    assert refusal(text.replace("utf-8", encoding).encode(encoding)) == Trouble.ENTITIES


def test_an_outer_document_type_is_not_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.dtd"
    secret.write_text('<!ENTITY l9 "geheim">')
    found = read(rss("<title>&l9; x</title>", head=f'<!DOCTYPE rss SYSTEM "{secret.as_uri()}">'))
    assert "geheim" not in str(found)


@pytest.mark.parametrize("body", [b"", b"<html><p>Hoi</p></html>", b"hallo", b"\x89PNG\r\n",
                                  b"<rss", b'{"version": 1}', b"<a>" * 5_000])
def test_what_is_no_feed_is_told(body: bytes) -> None:
    assert refusal(body, "text/html") in (Trouble.NO_FEED, Trouble.BAD_ENCODING)


def test_bytes_that_are_a_path_or_an_address_open_nothing(tmp_path: Path) -> None:
    feed = tmp_path / "feed.xml"
    feed.write_bytes(rss("<title>geheim</title>"))
    for body in (str(feed).encode(), feed.as_uri().encode(), b"http://127.0.0.1:1/"):
        assert refusal(body) == Trouble.NO_FEED


def test_wrong_kinds_and_encodings_are_refused() -> None:
    assert refusal(rss("<title>x</title>"), "image/png") == Trouble.WRONG_TYPE
    assert refusal(rss("<title>x</title>"), "text/xml; charset=utf-7") == Trouble.BAD_ENCODING
    assert refusal(rss().replace(b"utf-8", b"cp037")) == Trouble.BAD_ENCODING
    assert refusal(b"\xff\xff<rss/>") == Trouble.BAD_ENCODING
    latin = rss("<title>één</title>").decode().replace("utf-8", "iso-8859-1").encode("latin-1")
    assert read(latin, "text/xml")[0].title == "één"


@pytest.mark.parametrize("body", [
    rss("<title>x</title><description>" + "&lt;b&gt;" * 50_000 + "</description>"),
    rss(*["<title>x</title>" + "<category>y</category>" * 50] * 100),
    rss("<title>" + "&amp;" * 50_000 + "</title>"),
    rss("<title>" + "<![CDATA[<]]>" * 100_000 + "</title>"),
    b"<rss version='2.0'><channel>" + b"<item><title>" * 100_000,
    b"<" * 200_000, rss("<title>x</title><link>" + "a" * 1_000_000 + "</link>"),
], ids=["deep html", "categories", "ampersands", "cdata", "unclosed", "angles", "long link"])
def test_a_laborious_feed_costs_seconds_at_most(body: bytes) -> None:
    begun = process_time()
    with contextlib.suppress(FetchFailed):
        read(body)
    assert process_time() - begun < 10


def test_addresses_are_compared_without_what_says_nothing() -> None:
    assert canonical("HTTP://Bond.Example:80/a?utm_medium=x&b=1#c", BASE) == (
        "http://bond.example/a?b=1")
    assert canonical("https://bücher.example/é", BASE) == "https://xn--bcher-kva.example/%C3%A9"
    for bad in ("javascript:alert(1)", "https://a:b@c.example/", "http://[", "mailto:a@b.nl"):
        assert canonical(bad, BASE) == ""


def test_a_long_nothing_before_the_first_element_is_no_feed() -> None:
    nothing = b"<?xml version='1.0'?>" + b"\n" * 2_000_000 + b"<rss/>"
    assert refusal(nothing, "application/xml") is Trouble.NO_FEED
