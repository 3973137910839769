"""A resolver that is slow, wrong or broken is a sentence, never a trace."""

import socket
import time

import pytest

from newsletter.dns.ask import Resolver, Unanswered
from tests.dns.sender import BOUNCES, HOST, OURS, lines_of, resolver_of
from tests.dns.server import NameServer


@pytest.mark.parametrize(("fault", "words"), [
    ("silent", "in time"), ("servfail", "SERVFAIL"), ("garbage", "in time"), ("short", "in time"),
])
def test_an_answer_that_fails_says_how(names: NameServer, fault: str, words: str) -> None:
    names.faults[OURS] = fault
    resolver = Resolver(["127.0.0.1"], port=names.port, patience=1.5)
    with pytest.raises(Unanswered, match=words):
        resolver.ask(OURS, "TXT")


@pytest.mark.parametrize("fault", ["servfail", "garbage", "short"])
def test_one_name_that_fails_leaves_the_other_lines_as_they_are(
    names: NameServer, fault: str
) -> None:
    names.faults[f"_dmarc.{OURS}"] = fault
    wrong = {key: each.verdict.value for key, each in lines_of(names).items() if each.is_wrong}
    assert wrong == {("dmarc", f"_dmarc.{OURS}"): "no answer",
                     ("dmarc", f"{OURS}._report._dmarc.elders.example"): "no answer",
                     ("alignment", BOUNCES): "no answer"}


def test_a_question_is_asked_once(names: NameServer) -> None:
    names.faults[BOUNCES] = "servfail"
    resolver = resolver_of(names)
    for _ in range(3):
        assert resolver.ask(OURS, "MX").found == ()
        with pytest.raises(Unanswered):
            resolver.ask(BOUNCES, "MX")
    assert [name for _, name, _ in names.asked] == [OURS, BOUNCES]


def test_a_name_that_is_not_there_and_a_type_that_is_not_there_are_both_nothing(
    names: NameServer,
) -> None:
    resolver = resolver_of(names)
    for name in ("nowhere.example", HOST):
        assert resolver.ask(name, "TXT").found == ()
        assert resolver.ask(name, "TXT").is_secure


@pytest.mark.parametrize("name", ["a..example", "a" * 64 + ".example", "x." * 130 + "example"])
def test_what_is_no_name_is_said_without_asking(names: NameServer, name: str) -> None:
    with pytest.raises(Unanswered, match="no name"):
        resolver_of(names).ask(name, "A")
    assert not names.asked


def test_an_answer_too_long_for_a_datagram_comes_over_tcp(names: NameServer) -> None:
    names.put("huge.example", "TXT", *(f'"{number:03}{"x" * 240}"' for number in range(200)))
    found = resolver_of(names).ask("huge.example", "TXT").texts()
    assert len(found) == 200
    assert [transport for transport, _, _ in names.asked] == ["udp", "tcp"]


def test_a_record_of_thousands_of_octets_is_joined_in_order(names: NameServer) -> None:
    names.put("long.example", "TXT", " ".join(f'"{number:04}{"-" * 251}"' for number in range(90)))
    (text,) = resolver_of(names).ask("long.example", "TXT").texts()
    assert text.startswith("0000-")
    assert len(text) == 90 * 255


def test_an_answer_that_is_cut_off_over_tcp_too_is_no_answer(names: NameServer) -> None:
    names.faults[OURS] = "truncated"
    with pytest.raises(Unanswered, match="over TCP too"):
        resolver_of(names).ask(OURS, "TXT")


def test_aliases_are_followed_and_a_loop_of_them_ends(names: NameServer) -> None:
    names.put("one.example", "CNAME", "two.example.")
    names.put("two.example", "CNAME", f"{HOST}.")
    assert resolver_of(names).ask("one.example", "A").is_alias
    names.put("two.example", "CNAME", "one.example.")
    started = time.monotonic()
    try:
        assert resolver_of(names).ask("one.example", "A").found == ()
    except Unanswered as error:
        assert "CNAME" in str(error)  # noqa: PT017 - either answer is right, a trace is not
    assert time.monotonic() - started < 3


def test_octets_that_are_no_text_are_shown_and_break_nothing(names: NameServer) -> None:
    names.put(OURS, "TXT", r'"v=spf1 \255\000\027[2J -all"')
    line = lines_of(names)[("spf", OURS)]
    assert line.verdict == "differs"
    assert "no term of SPF" in line.says


def test_a_resolver_that_is_not_there_is_said_in_bounded_time() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        resolver = Resolver(["127.0.0.1"], port=taken.getsockname()[1], patience=0.6)
        started = time.monotonic()
        for name in ("a.example", "b.example", "c.example"):
            with pytest.raises(Unanswered):
                resolver.ask(name, "A")
        assert time.monotonic() - started < 3
    with pytest.raises(Unanswered, match="not asked"):
        resolver.ask("d.example", "A")
