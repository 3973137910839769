"""The MTA-STS policy is fetched as a sender of mail does, and judged."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest

from newsletter.dns import records
from newsletter.dns.ask import Unanswered
from newsletter.dns.fetch import LARGEST, fetch_policy
from tests.dns.sender import BOUNCES, HOST, lines_of, wrong_of
from tests.dns.server import NameServer
from tests.mailer.authority import authority, self_signed

WEB = f"mta-sts.{BOUNCES}"
POLICY = records.mta_sts_policy([HOST])
LINE, RECORD = ("mta-sts", WEB), ("mta-sts", f"_mta-sts.{BOUNCES}")
LOCAL = [ip_address("127.0.0.1")]


class _Pages(BaseHTTPRequestHandler):
    status, kind, body = 200, "text/plain", POLICY.encode()

    def do_GET(self) -> None:
        known = self.path == "/.well-known/mta-sts.txt" and self.headers["Host"] == WEB
        self.send_response(self.status if known else 404)
        self.send_header("Content-Type", self.kind)
        if self.status == 301:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


Get = Callable[..., str]


@contextmanager
def served(*, secured: object = None, **page: object) -> Iterator[Get]:
    """A web server for the policy; gives what fetches from it."""
    pages = type("Pages", (_Pages,), page)
    with ThreadingHTTPServer(("127.0.0.1", 0), pages) as server:
        context = secured or authority().serving(WEB)
        server.socket = context.wrap_socket(server.socket, server_side=True)  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield partial(fetch_policy, port=server.server_address[1],
                          context=authority().trusting())
        finally:
            server.shutdown()
            thread.join()


def test_a_policy_is_fetched_over_a_certificate_of_its_host() -> None:
    with served() as fetch:
        assert fetch(WEB, LOCAL) == POLICY
        assert fetch(WEB, [ip_address("127.0.0.9"), *LOCAL]) == POLICY


@pytest.mark.parametrize(("page", "words"), [
    ({"status": 404}, "404"), ({"status": 301}, "301"), ({"kind": "text/html"}, "text/html"),
    ({"body": b"x" * (LARGEST + 1)}, "larger than"),
])
def test_what_is_no_policy_says_so(page: dict[str, object], words: str) -> None:
    with served(**page) as fetch, pytest.raises(Unanswered, match=words):
        fetch(WEB, LOCAL)


def test_a_certificate_that_is_wrong_is_not_trusted() -> None:
    for context in (self_signed(WEB), authority().serving("other.example")):
        with served(secured=context) as fetch, pytest.raises(Unanswered, match="certificate"):
            fetch(WEB, LOCAL)


def test_a_host_that_is_not_there_is_no_answer() -> None:
    with served() as fetch:
        pass
    with pytest.raises(Unanswered, match=WEB):
        fetch(WEB, LOCAL)
    with pytest.raises(Unanswered, match="no address"):
        fetch(WEB, [])


@pytest.fixture
def local_web(names: NameServer) -> NameServer:
    names.put("www.nieuws.example", "A", "127.0.0.1")
    return names


def test_the_policy_that_is_printed_is_in_force(local_web: NameServer) -> None:
    with served() as fetch:
        assert wrong_of(local_web, fetch=fetch) == {}
        assert "enforce" in lines_of(local_web, fetch=fetch)[LINE].says


def test_an_id_of_ones_own_is_right_when_the_policy_is(local_web: NameServer) -> None:
    local_web.put(RECORD[1], "TXT", '"v=STSv1; id=20261126"')
    with served(body=POLICY.replace(f"mx: {HOST}", "mx: *.nieuws.example").encode()) as fetch:
        assert wrong_of(local_web, fetch=fetch) == {}


@pytest.mark.parametrize(("old", "new", "words"), [
    ("enforce", "testing", "the mode is testing"), ("version: STSv1\r\n", "", "version"),
    (HOST, "other.example", "takes mail and is not in it"), (HOST, "*.example", "not in it"),
    ("604800", "a week", "max_age"),
])
def test_a_policy_that_does_not_guard_our_hosts_differs(
    local_web: NameServer, old: str, new: str, words: str
) -> None:
    with served(body=POLICY.replace(old, new).encode()) as fetch:
        found = lines_of(local_web, fetch=fetch)
    assert {key for key, each in found.items() if each.is_wrong} == {LINE}
    assert words in found[LINE].says


def test_a_fetch_that_fails_is_one_line(names: NameServer) -> None:
    def fails(_host: str, _addresses: Sequence[object]) -> str:
        raise Unanswered("no route")

    assert wrong_of(names, fetch=fails) == {LINE: "no answer"}
