"""What lines of Postfix's log say, however they are stamped, and which mails were surely taken."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mailer.postfix_log import Event, Kind, read_line, stamp_of
from newsletter.mailer.relay_takes import GIVEN_UP, Takes, takes_in
from tests.mailer.relay_lines import NOT_TAKEN, RECORDED, TAKEN, name

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
LATER = b"Nov 25 21:10:00 relay postfix/smtpd[7]: connect from localhost[127.0.0.1]"


@pytest.fixture(autouse=True)
def _in_utc_at_noon() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    with time_machine.travel(NOW, tick=False):
        yield
    os.environ.pop("TZ")
    if before:
        os.environ["TZ"] = before
    time.tzset()


def events(lines: list[bytes]) -> list[Event]:
    return [event for line in lines if (event := read_line(line))]


def read(lines: list[bytes]) -> tuple[dict[str, str], Takes]:
    """The queue ids of what these lines make certain by Message-ID, and what they leave open."""
    takes = Takes()
    found = {take.message_id: take.queue_id for take in takes_in(events(lines), into=takes)}
    return found, takes


def test_what_the_relay_took_is_found_with_its_queue_id_and_nothing_else() -> None:
    found, takes = read(RECORDED)
    assert found == {name(word): queue_id for word, queue_id in TAKEN.items()}
    assert takes.dropped().keys() == {name(word) for word in NOT_TAKEN}
    assert takes.undecided() == {}
    assert takes.settled_until() == datetime(2026, 11, 25, 20, 55, 57, tzinfo=UTC)


@given(st.integers(0, len(RECORDED)))
def test_no_mail_that_is_taken_in_the_end_was_ever_said_not_to_be(length: int) -> None:
    found, takes = read(RECORDED[:length])
    assert found.items() <= {name(word): queue_id for word, queue_id in TAKEN.items()}.items()
    settled = takes.settled_until()
    begun = {event.queue_id: event.at for event in events(RECORDED) if event.kind is Kind.BEGUN}
    for word, queue_id in TAKEN.items():
        is_known = name(word) in found or name(word) in takes.undecided()
        assert is_known or settled is None or settled <= begun[queue_id]
        assert name(word) not in takes.dropped()


def test_a_mail_in_the_midst_of_its_body_holds_back_what_is_certain() -> None:
    half = RECORDED[: next(n for n, line in enumerate(RECORDED) if b"after-a-reset" in line) + 1]
    _, takes = read(half)
    assert takes.undecided() == {name("after-a-reset"): "98B6020E094"}
    assert takes.settled_until() == datetime(2026, 11, 25, 20, 55, 55, tzinfo=UTC)
    _, later = read([*half, LATER])
    assert later.undecided() == {}  # ten minutes without a word: given up
    assert later.settled_until() == datetime(2026, 11, 25, 21, 10, tzinfo=UTC)
    assert timedelta(minutes=10) == GIVEN_UP


def test_what_was_given_up_is_still_known_when_the_queue_takes_it_up_late() -> None:
    found, _ = read([
        b"Nov 25 20:00:00 relay postfix/smtpd[9]: 4C0FFEE: client=localhost[127.0.0.1]",
        b"Nov 25 20:00:00 relay postfix/cleanup[8]: 4C0FFEE: message-id=<late@mail.example>",
        LATER,
        b"Nov 25 21:10:01 relay postfix/qmgr[4]: 4C0FFEE: from=<b@b.example>, (queue active)",
    ])
    assert found == {name("late"): "4C0FFEE"}


def test_the_queue_itself_tells_what_the_log_does_not_tell_yet() -> None:
    _, takes = read([
        b"Nov 25 20:00:00 relay postfix/smtpd[9]: 4C0FFEE: client=localhost[127.0.0.1]",
        b"Nov 25 20:00:00 relay postfix/cleanup[8]: 4C0FFEE: message-id=<waits@mail.example>",
    ])
    (take,) = takes.take_queued({"4C0FFEE", "4BADBAD"})
    assert (take.message_id, take.queue_id) == (name("waits"), "4C0FFEE")
    assert takes.undecided() == {}


@pytest.mark.parametrize("act", ["hold", "discard", "milter-hold"])
def test_what_the_relay_sets_aside_was_taken_once_its_client_had_the_answer(act: str) -> None:
    lines = [
        b"Nov 25 20:00:00 relay postfix/smtpd[9]: 4C0FFEE: client=localhost[127.0.0.1]",
        b"Nov 25 20:00:00 relay postfix/cleanup[8]: 4C0FFEE: message-id=<aside@mail.example>",
        f"Nov 25 20:00:00 relay postfix/cleanup[8]: 4C0FFEE: {act}: header X: y".encode(),
    ]
    assert read(lines)[0] == {}
    ends = b"Nov 25 20:00:01 relay postfix/smtpd[9]: 4C0FFEF: client=localhost[127.0.0.1]"
    assert read([*lines, ends])[0] == {name("aside"): "4C0FFEE"}
    breaks = b"Nov 25 20:00:01 relay postfix/smtpd[9]: lost connection after DATA from h[::1]"
    assert read([*lines, breaks, ends])[0] == {}


@pytest.mark.parametrize(
    "refusal",
    [
        "cleanup[8]: 4C0FFEE: reject: header Subject: x from h[::1]; from=<a@b.example>",
        "cleanup[8]: 4C0FFEE: milter-reject: END-OF-MESSAGE from h[::1]: 5.7.1 no",
        "smtpd[9]: 4C0FFEE: reject: END-OF-MESSAGE from h[::1]: 550 5.7.1 no",
        "smtpd[9]: timeout after DATA (4 bytes) from h[::1]",
        "smtpd[9]: disconnect from h[::1] ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4",
    ],
)
def test_a_mail_that_was_refused_is_surely_not_taken(refusal: str) -> None:
    _, takes = read([
        b"Nov 25 20:00:00 relay postfix/smtpd[9]: 4C0FFEE: client=localhost[127.0.0.1]",
        b"Nov 25 20:00:00 relay postfix/cleanup[8]: 4C0FFEE: message-id=<no@mail.example>",
        f"Nov 25 20:00:01 relay postfix/{refusal}".encode(),
    ])
    assert takes.dropped() == {name("no"): "4C0FFEE"}
    assert takes.settled_until() == datetime(2026, 11, 25, 20, 0, 1, tzinfo=UTC)


def test_a_lost_connection_after_the_end_of_a_mail_does_not_say_that_it_was_not_taken() -> None:
    _, takes = read([
        b"Nov 25 20:00:00 relay postfix/smtpd[9]: 4C0FFEE: client=localhost[127.0.0.1]",
        b"Nov 25 20:00:00 relay postfix/cleanup[8]: 4C0FFEE: message-id=<yes@mail.example>",
        b"Nov 25 20:00:00 relay postfix/smtpd[9]: lost connection after END-OF-MESSAGE from h[::1]",
    ])
    assert takes.undecided() == {name("yes"): "4C0FFEE"}


@pytest.mark.parametrize(
    ("stamp", "moment"),
    [
        ("Nov 25 20:44:01", datetime(2026, 11, 25, 20, 44, 1, tzinfo=UTC)),
        ("Nov  5 20:44:01.5", datetime(2026, 11, 5, 20, 44, 1, 500_000, tzinfo=UTC)),
        ("Nov 27 20:44:01", datetime(2025, 11, 27, 20, 44, 1, tzinfo=UTC)),
        ("Feb 29 01:00:00", datetime(2024, 2, 29, 1, 0, tzinfo=UTC)),
        ("2026-11-25T20:44:01.123456+01:00",
         datetime(2026, 11, 25, 19, 44, 1, 123_456, tzinfo=UTC)),
        ("2026-11-25T20:44:01Z", datetime(2026, 11, 25, 20, 44, 1, tzinfo=UTC)),
        ("2026-11-25T20:44:01+0100", datetime(2026, 11, 25, 19, 44, 1, tzinfo=UTC)),
        ("Wed 2026-11-25 20:44:01 UTC", datetime(2026, 11, 25, 20, 44, 1, tzinfo=UTC)),
        ("1795639441.123456", datetime(2026, 11, 25, 20, 44, 1, 123_456, tzinfo=UTC)),
        ("<22>Nov 25 20:44:01", datetime(2026, 11, 25, 20, 44, 1, tzinfo=UTC)),
    ],
)
def test_every_way_of_stamping_a_line_gives_its_moment(stamp: str, moment: datetime) -> None:
    line = f"{stamp} relay postfix/qmgr[4]: 4C0FFEE: removed".encode()
    assert read_line(line) == Event(moment, Kind.REMOVED, 4, "4C0FFEE")
    assert stamp_of(line) == moment


@pytest.mark.parametrize("queue_id", ["4C0FFEE", "0123456789ABCDE", "4NQrxZ6bvyz3Btn7"])
@pytest.mark.parametrize("instance", ["postfix", "postfix-out", "postfix/submission"])
def test_short_and_long_queue_ids_of_any_instance_are_read(queue_id: str, instance: str) -> None:
    event = read_line(f"Nov 25 20:44:01 h {instance}/smtpd[4]: {queue_id}: client=x[::1]".encode())
    assert event
    assert (event.kind, event.queue_id) == (Kind.BEGUN, queue_id)


@pytest.mark.parametrize(
    "line",
    ["", "garbage", "Foo 99 99:99:99 h postfix/qmgr[4]: 4C0FFEE: removed",
     "2026-13-45T99:99:99Z h postfix/qmgr[4]: 4C0FFEE: removed",
     "Nov 25 20:44:01 h sshd[4]: 4C0FFEE: removed",
     "-- Boot 4f --",
     "Nov 25 20:44:01 h postfix/smtpd[4]: warning: hostname x does not resolve",
     "Nov 25 20:44:01 h postfix/smtpd[4]: NOQUEUE: reject: RCPT from x[::1]: 450 4.2.0 no"],
)
def test_other_lines_say_nothing_of_a_mail(line: str) -> None:
    assert read_line(line.encode()) is None


@given(st.binary(max_size=200))
def test_no_line_however_broken_makes_the_reader_fall(line: bytes) -> None:
    read_line(line)
    read_line(b"Nov 25 20:44:01 h postfix/cleanup[4]: " + line)
