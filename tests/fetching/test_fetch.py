"""A file from elsewhere is fetched within limits, from a judged address alone (S09)."""

import gzip
import zlib
from collections.abc import Sequence
from ipaddress import ip_address
from time import monotonic

import pytest

from newsletter.errors import FetchFailed
from newsletter.fetching.fetch import Fetched, Limits, fetch
from newsletter.fetching.hosts import Address, Names, is_public
from newsletter.fetching.trouble import Trouble
from tests.dns.server import NameServer
from tests.fetching.rude import Answer, Rude, drip, endless, redirect, reply

QUICK = Limits(seconds=1.0, wire_bytes=200_000, bytes=500_000, redirects=3)
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"


def get(rude: Rude, path: str, **more: str) -> Fetched:
    return fetch(rude.url(path), limits=QUICK, here=rude.here, **more)


def trouble(rude: Rude, path: str) -> tuple[str, str]:
    with pytest.raises(FetchFailed) as caught:
        get(rude, path)
    return caught.value.reason, caught.value.detail


def to(*addresses: str) -> "Fixed":
    return Fixed([ip_address(one) for one in addresses])


class Fixed:
    """A resolver that gives the same addresses for every name, and counts."""

    def __init__(self, found: Sequence[Address]) -> None:
        self.found, self.asked = found, 0

    def __call__(self, host: str, seconds: float) -> Sequence[Address]:
        self.asked += 1
        return self.found


def test_a_file_comes_with_what_tells_whether_it_changed(rude: Rude) -> None:
    rude.answers["/"] = reply(b"<rss/>", ETag='"een"', Last_Modified="Tue, 10 Nov 2026 07:00 GMT")
    found = get(rude, "/")
    assert (found.content, found.etag) == (b"<rss/>", '"een"')
    rude.answers["/"] = reply(b"", status="304 Not Modified")
    assert get(rude, "/", etag=found.etag, modified=found.modified).is_unchanged
    assert 'if-none-match: "een"' in rude.heard[-1].lower()
    assert "if-modified-since: tue, 10 nov 2026 07:00 gmt" in rude.heard[-1].lower()


def test_what_is_packed_is_unpacked(rude: Rude) -> None:
    rude.answers["/"] = reply(gzip.compress(b"<rss/>"), Content_Encoding="gzip")
    assert get(rude, "/").content == b"<rss/>"
    rude.answers["/half"] = reply(gzip.compress(b"<rss/>" * 99)[:-9], Content_Encoding="gzip")
    assert trouble(rude, "/half") == (Trouble.BAD_ENCODING, "gzip")
    rude.answers["/br"] = reply(b"..", Content_Encoding="br")
    assert trouble(rude, "/br") == (Trouble.BAD_ENCODING, "br")


@pytest.mark.parametrize("answer", [
    drip(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    drip(OK + b"Content-Length: 100000\r\n\r\n", b"x"),
    drip(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    drip(b"", b""),
], ids=["head", "body", "chunks", "silence"])
def test_who_drips_is_left_in_time(rude: Rude, answer: Answer) -> None:
    rude.answers["/"] = answer
    begun = monotonic()
    assert trouble(rude, "/")[0] == Trouble.TOO_SLOW
    assert monotonic() - begun < 5


class Slow(Fixed):
    """A resolver that takes all the time it is given but a little, and keeps how much that was."""

    def __init__(self, found: Sequence[Address], *, leave: float) -> None:
        super().__init__(found)
        self.given: list[float] = []
        self._leave = leave

    def __call__(self, host: str, seconds: float) -> Sequence[Address]:
        self.given.append(seconds)
        until = monotonic() + seconds - self._leave
        while monotonic() < until:
            pass
        return super().__call__(host, seconds)


def test_looking_names_up_and_following_redirects_is_of_the_same_time(rude: Rude) -> None:
    rude.answers["/"] = redirect("/next")
    rude.answers["/next"] = drip(b"", b"")
    resolver = Slow([ip_address("127.0.0.1")], leave=0.3)
    begun = monotonic()
    with pytest.raises(FetchFailed, match=Trouble.TOO_SLOW):
        fetch(rude.url("/", host="feed.example"), limits=QUICK, resolver=resolver, here=rude.here)
    assert monotonic() - begun < 3 * QUICK.seconds
    assert sum(resolver.given) < QUICK.seconds + 2 * 0.3


@pytest.mark.parametrize("answer", [
    endless(OK + b"\r\n"),
    endless(OK + b"Content-Length: 99999999999\r\n\r\n"),
    reply(gzip.compress(b"0" * 50_000_000), Content_Encoding="gzip"),
    reply(zlib.compress(b"0" * 50_000_000), Content_Encoding="deflate"),
], ids=["endless", "announced", "gzip bomb", "deflate bomb"])
def test_what_is_too_large_is_left_there(rude: Rude, answer: Answer | bytes) -> None:
    rude.answers["/"] = answer
    assert trouble(rude, "/")[0] == Trouble.TOO_LARGE


@pytest.mark.parametrize(("answer", "said"), [
    (reply(b"", status="500 Oops"), (Trouble.BAD_STATUS, "500")),
    (reply(b"", status="401 Who", WWW_Authenticate="Basic"), (Trouble.BAD_STATUS, "401")),
    (b"no HTTP at all\r\n\r\n", (Trouble.UNREACHABLE, "127.0.0.1")),
    (b"", (Trouble.UNREACHABLE, "127.0.0.1")),
    (OK + b"Content-Length: 90\r\n\r\nx", (Trouble.UNREACHABLE, "127.0.0.1")),
    (reply(b"", status="302 Found"), (Trouble.BAD_ADDRESS, "")),
])
def test_what_went_wrong_is_told(rude: Rude, answer: bytes, said: tuple[str, str]) -> None:
    rude.answers["/"] = answer
    assert trouble(rude, "/") == said


@pytest.mark.parametrize("target", [
    "http://127.0.0.1/", "http://127.0.0.1:22/", "http://169.254.169.254/latest/meta-data/",
    "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:169.254.169.254]/",
    "http://10.0.0.1/", "http://192.168.1.1/", "http://172.16.0.1/", "http://100.64.0.1/",
    "http://0.0.0.0/", "http://224.0.0.1/", "http://[fe80::1]/", "http://[fd00::1]/",
    "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://1.1.1.1:25/",
    "//127.0.0.1:1/",
])
def test_a_redirect_is_judged_anew(rude: Rude, target: str) -> None:
    rude.answers["/"] = redirect(target)
    assert trouble(rude, "/")[0] == Trouble.REFUSED_ADDRESS
    assert len(rude.heard) == 1


@pytest.mark.parametrize("target", [
    "file:///etc/passwd", "gopher://127.0.0.1/", "ftp://example.org/", "data:text/xml,<rss/>",
    "http://naam:geheim@example.org/", "http://[/", "http://a b/",
    "http://example.org/" + "x" * 3_000,
])
def test_only_whole_addresses_of_the_web_are_asked(rude: Rude, target: str) -> None:
    rude.answers["/"] = redirect(target)
    # Some of these the library refuses before we do.
    assert trouble(rude, "/")[0] in (Trouble.BAD_ADDRESS, Trouble.UNREACHABLE)
    assert len(rude.heard) == 1
    with pytest.raises(FetchFailed, match=Trouble.BAD_ADDRESS):
        fetch(target)


def test_redirects_are_followed_three_times_without_cookies(rude: Rude) -> None:
    for number in range(5):
        rude.answers[f"/{number}"] = redirect(f"/{number + 1}")
    rude.answers["/5"] = reply(b"<rss/>")
    assert get(rude, "/2").address == rude.url("/5")
    assert not any("cookie" in asked.lower() for asked in rude.heard)
    assert trouble(rude, "/1") == (Trouble.TOO_MANY_REDIRECTS, "")


def test_a_name_is_resolved_once_and_the_judged_address_is_dialled(rude: Rude) -> None:
    rude.answers["/"] = reply(b"<rss/>")
    resolver = to("127.0.0.1")
    fetch(rude.url("/", host="feed.example"), limits=QUICK, resolver=resolver, here=rude.here)
    assert resolver.asked == 1
    assert f"host: feed.example:{rude.port}" in rude.heard[0].lower()


@pytest.mark.parametrize("found", [
    ["127.0.0.1"], ["1.1.1.1", "10.0.0.1"], ["::1"], ["::ffff:10.0.0.1"], ["169.254.169.254"], [],
])
def test_a_name_that_leads_inside_is_never_asked(rude: Rude, found: list[str]) -> None:
    with pytest.raises(FetchFailed):
        fetch("http://feed.example/", limits=QUICK, resolver=to(*found), here=rude.here)
    assert rude.heard == []


def test_names_are_asked_of_dns_itself() -> None:
    zone = ('inside.example. 60 IN A 127.0.0.1\ninside.example. 60 IN AAAA ::1\n'
            'mixed.example. 60 IN CNAME inside.example.\n')
    with NameServer(zone).running() as served:
        names = Names(["127.0.0.1"], port=served.port)
        assert set(map(str, names("inside.example", 5))) == {"127.0.0.1", "::1"}
        for host in ("inside.example", "mixed.example"):
            with pytest.raises(FetchFailed, match=Trouble.REFUSED_ADDRESS):
                fetch(f"https://{host}/feed", limits=QUICK, resolver=names)
        with pytest.raises(FetchFailed, match=Trouble.NO_HOST):
            fetch("https://nowhere.example/", limits=QUICK, resolver=names)


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001", "017700000001"])
def test_no_spelling_of_this_machine_is_asked(rude: Rude, host: str) -> None:
    rude.answers["/"] = reply(b"<rss/>")
    with pytest.raises(FetchFailed):
        fetch(rude.url("/", host=host), limits=QUICK)
    assert rude.heard == []


@pytest.mark.parametrize("address", ["1.1.1.1", "185.15.59.224", "2606:4700::1111"])
def test_the_public_internet_may_be_asked(address: str) -> None:
    assert is_public(ip_address(address))
