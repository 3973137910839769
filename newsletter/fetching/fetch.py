"""Fetch one file over HTTP, within limits of time and size, from a judged address (S09)."""

import asyncio
import re
import ssl
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from newsletter import clock
from newsletter.errors import FetchFailed
from newsletter.fetching.hosts import Address, Names, Resolve, judge
from newsletter.fetching.trouble import Trouble

AGENT = "newsletter-feeds/1 (reads feeds that an editor chose)"
MOST_ADDRESSES = 4  # of one host, tried one after the other
LONGEST_ADDRESS = 2_000
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_HOST = re.compile(rb"[a-z0-9_.-]+|\[?[0-9a-f:.]+\]?")
_ANY_ZLIB = 47  # both gzip and zlib, by their heads


@dataclass(frozen=True)
class Limits:
    """How much a file may ask of us: seconds in all, bytes on the wire and bytes unpacked."""

    seconds: float = 20.0
    wire_bytes: int = 2_000_000
    bytes: int = 3_000_000
    redirects: int = 3


@dataclass(frozen=True)
class Fetched:
    """What came, and from where; nothing when it is unchanged."""

    address: str
    content: bytes
    content_type: str
    etag: str
    modified: str
    is_unchanged: bool = False


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: httpx.Headers
    content: bytes


def fetch(
    address: str, *, etag: str = "", modified: str = "", limits: Limits | None = None,
    resolver: Resolve | None = None, here: frozenset[tuple[str, int]] = frozenset(),
    context: ssl.SSLContext | None = None, agent: str = AGENT,
) -> Fetched:
    """The file at an address, or that it is as `etag` and `modified` say. Raises FetchFailed.

    Each redirect is judged as the address itself was. No cookie, login or proxy is used.
    """
    limits = limits or Limits()
    context = context or ssl.create_default_context()
    until = clock.boot_seconds() + limits.seconds
    headers = {"User-Agent": agent, "Accept-Encoding": "gzip",
               "Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, "
                         "*/*;q=0.1"}
    headers |= {"If-None-Match": etag} if etag else {}
    headers |= {"If-Modified-Since": modified} if modified else {}
    url = _read(address)
    for _hop in range(limits.redirects + 1):
        host = url.raw_host.decode("ascii").strip("[]")
        port = url.port or (443 if url.scheme == "https" else 80)
        addresses = judge(host, port, seconds=_left(until), resolver=resolver or Names(),
                          here=here)
        answer = _ask(url, host, addresses, headers, limits, until, context)
        if answer.status not in _REDIRECTS:
            return _read_answer(url, answer)
        url = _read(answer.headers.get("location", ""), base=url)
    raise FetchFailed(Trouble.TOO_MANY_REDIRECTS)


def _read(address: str, *, base: httpx.URL | None = None) -> httpx.URL:
    """The address in its parts, read by the library that connects, so that both mean the same."""
    try:
        url = base.join(address) if base is not None and address else httpx.URL(address)
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchFailed(Trouble.BAD_ADDRESS) from error
    is_web = url.scheme in ("http", "https") and _HOST.fullmatch(url.raw_host) is not None
    if not is_web or url.userinfo or len(str(url)) > LONGEST_ADDRESS:
        raise FetchFailed(Trouble.BAD_ADDRESS)
    return url


def _left(until: float) -> float:
    left = until - clock.boot_seconds()
    if left <= 0:
        raise FetchFailed(Trouble.TOO_SLOW)
    return left


def _ask(
    url: httpx.URL, host: str, addresses: Sequence[Address], headers: Mapping[str, str],
    limits: Limits, until: float, context: ssl.SSLContext,
) -> _Answer:
    """The answer of the first of these addresses that can be reached."""
    for address in addresses[:MOST_ADDRESSES]:
        dialled = url.copy_with(host=str(address))
        sent = {**headers, "Host": url.netloc.decode("ascii")}
        try:
            asked = _within(dialled, host, sent, limits, _left(until), context)
            # In a thread of its own, for the caller's may be running a loop already.
            with ThreadPoolExecutor(1) as own:
                return own.submit(asyncio.run, asked).result()
        except (httpx.ConnectError, httpx.ConnectTimeout):
            continue
        except (TimeoutError, httpx.TimeoutException) as error:
            raise FetchFailed(Trouble.TOO_SLOW) from error
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
            raise FetchFailed(Trouble.UNREACHABLE, host) from error
    raise FetchFailed(Trouble.UNREACHABLE, host)


async def _within(
    url: httpx.URL, host: str, headers: Mapping[str, str], limits: Limits, seconds: float,
    context: ssl.SSLContext,
) -> _Answer:
    """One question. The time is that of all together: each byte may come slowly, but not all."""
    async with asyncio.timeout(seconds), httpx.AsyncClient(
        verify=context, trust_env=False, follow_redirects=False, timeout=seconds,
    ) as client:
        # The certificate must be the host's, although an address is dialled.
        request = client.build_request("GET", url, headers=headers,
                                       extensions={"sni_hostname": host})
        answer = await client.send(request, stream=True)
        try:
            content = await _content(answer, limits) if answer.status_code == HTTPStatus.OK else b""
        finally:
            await answer.aclose()
    return _Answer(answer.status_code, answer.headers, content)


async def _content(answer: httpx.Response, limits: Limits) -> bytes:
    """The body unpacked, never more of it at once than the limit."""
    packing = answer.headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise FetchFailed(Trouble.BAD_ENCODING, packing[:40])
    unpacker = None if packing in ("identity", "") else zlib.decompressobj(_ANY_ZLIB)
    content, on_wire = bytearray(), 0
    async for part in answer.aiter_raw():
        on_wire += len(part)
        try:
            content += unpacker.decompress(part, limits.bytes + 1) if unpacker else part
        except zlib.error as error:
            raise FetchFailed(Trouble.BAD_ENCODING, packing) from error
        if on_wire > limits.wire_bytes or len(content) > limits.bytes:
            raise FetchFailed(Trouble.TOO_LARGE)
    if unpacker is not None and not unpacker.eof:
        raise FetchFailed(Trouble.BAD_ENCODING, packing)
    return bytes(content)


def _read_answer(url: httpx.URL, answer: _Answer) -> Fetched:
    if answer.status == HTTPStatus.NOT_MODIFIED:
        return Fetched(str(url), b"", "", "", "", is_unchanged=True)
    if answer.status != HTTPStatus.OK:
        raise FetchFailed(Trouble.BAD_STATUS, str(answer.status))
    return Fetched(
        str(url), answer.content, answer.headers.get("content-type", ""),
        answer.headers.get("etag", ""), answer.headers.get("last-modified", ""),
    )
