"""What stands between a letter that was spoken of and its first octet (R08, R16, D06)."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from newsletter import clock
from newsletter.deliveries.models import DeliveryStatus, Outcome
from newsletter.deliveries.record import Result
from newsletter.jobs import Lane
from newsletter.mailer.connect import Connected
from newsletter.mailer.smtp import Letter, Reply, Timeouts
from newsletter.mailer.wire import Wire
from newsletter.sending.appetite import Appetite
from newsletter.sending.clerk import Clerk
from newsletter.sending.journal import Journal
from newsletter.sending.lease import Leases
from newsletter.sending.outgoing import FRESH_SECONDS, Outgoing
from newsletter.sending.write import no_single

CLAIM, MAILING = 1, 7
Source = Callable[[], tuple[Outgoing, list[int]]]


class _Deaf:
    """Judges nothing here."""

    def of_reply(self, owed: Any, _reply: object, **_: object) -> Result:
        return _result(owed.due.id)

    def of_drop(self, owed: Any, _reason: str, **_: object) -> Result:
        return _result(owed.due.id)


def _result(number: int) -> Result:
    return Result(number, CLAIM, Outcome.ACCEPTED, DeliveryStatus.SENT, 1.0, 1.0, "250", "ok")


def _draft(number: int) -> Any:
    letter = Letter("b@x.example", f"r{number}@y.example", [b"Subject: x\r\n\r\nhello\r\n"])
    due = SimpleNamespace(id=number, mailing_id=MAILING)
    owed = SimpleNamespace(due=due, claim_id=CLAIM, asked_at=clock.boot_seconds())
    return SimpleNamespace(owed=owed, started_at=0.0, is_offered=False, letter=lambda: letter)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    kept = Journal(tmp_path, "w")
    yield kept
    kept.close(is_settled=True)


def _outgoing(journal: Journal, *, results_at_once: int = 8) -> Outgoing:
    leases = Leases(timedelta(seconds=60))
    leases.add(CLAIM, 2, asked_at=clock.boot_seconds())
    made = Outgoing(leases=leases, journal=journal, judge=_Deaf(),  # type: ignore[arg-type]
                    connections=1, results_at_once=results_at_once)
    made.open(lambda: None)
    return made


@pytest.mark.parametrize("happens", ["nothing", "close", "withdraw", "late"])
def test_what_was_announced_is_offered_only_while_it_may_still_go(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, happens: str
) -> None:
    moment = [clock.boot_seconds()]
    monkeypatch.setattr(clock, "boot_seconds", lambda: moment[0])
    outgoing = _outgoing(journal)
    outgoing.put([_draft(1), _draft(2)])
    relay, ours = socket.socketpair()
    with relay, ours:
        wire = Wire(Connected(ours, frozenset({"pipelining"}), 0), Timeouts(300, 600), outgoing)
        wire.begin()
        relay.sendall(b"250 ok\r\n250 ok\r\n354 go\r\n")
        wire.on_ready()  # the first is offered, and the second announced behind it
        if happens == "close":
            outgoing.close()
        elif happens == "withdraw":
            outgoing.withdraw({MAILING})
        elif happens == "late":
            moment[0] += FRESH_SECONDS + 1
        relay.sendall(b"250 taken\r\n250 ok\r\n250 ok\r\n354 go\r\n")
        wire.on_ready()
    offered = [delivery for delivery, _ in journal._offered]
    assert offered == ([2] if happens == "nothing" else [])
    assert [each.delivery_id for each in outgoing.results()] == [1]
    if happens != "nothing":
        outgoing.close()
        assert [owed.due.id for owed in outgoing.take_returned()] == [2]


@pytest.mark.parametrize("happens", ["nothing", "close", "withdraw", "late", "lost"])
def test_what_is_claimed_is_written_only_while_it_may_still_go(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, happens: str
) -> None:
    """To write and sign it costs much, and who stopped it is to see it back at once (D06)."""
    moment = [clock.boot_seconds()]
    monkeypatch.setattr(clock, "boot_seconds", lambda: moment[0])
    outgoing = _outgoing(journal)
    outgoing.take_in([_draft(1).owed, _draft(2).owed])
    assert (outgoing.mailings(), outgoing.ids()) == ({MAILING}, [1, 2])
    assert not outgoing.is_empty
    assert outgoing.waiting == 0
    if happens == "close":
        outgoing.close()
    elif happens == "withdraw":
        outgoing.withdraw({MAILING})
    elif happens == "late":
        moment[0] += FRESH_SECONDS + 1
    elif happens == "lost":
        outgoing._leases.renewed([], asked_at=moment[0])
    if happens in ("late", "lost"):  # which shows when it is to be written
        assert outgoing.next_unwritten() is None
    assert outgoing.has_returned == (happens != "nothing")
    back = [each.due.id for each in outgoing.take_returned()]
    assert back == ([] if happens == "nothing" else [1, 2])
    assert outgoing.is_empty == (happens != "nothing")


def test_no_more_is_offered_than_may_be_unknown_when_the_machine_is_lost(journal: Journal) -> None:
    """2 × connections + RESULTS_AT_ONCE: 1 connection and 8 here."""
    outgoing = _outgoing(journal)
    outgoing.put([_draft(number) for number in range(1, 21)])
    while (taken := outgoing.next()) is not None:
        assert outgoing.may_offer(taken[0])
        outgoing.answered(taken[0], Reply(250, "2.0.0 taken", "dot"))
    assert len(outgoing.results()) == 10
    outgoing.committed(10)
    assert outgoing.next() is not None


def test_while_news_waits_for_its_commit_few_are_offered(journal: Journal) -> None:
    """R20: hardly a mail follows an answer by which the brake may be pulled."""
    outgoing = _outgoing(journal, results_at_once=48)
    outgoing.put([_draft(number) for number in range(1, 100)])
    outgoing.finish(_result(100)._replace(outcome=Outcome.ABOUT_SENDER))
    while (taken := outgoing.next()) is not None:
        assert outgoing.may_offer(taken[0])
        outgoing.answered(taken[0], Reply(250, "2.0.0 taken", "dot"))
    assert len(outgoing.results()) == 10
    outgoing.committed(10)
    while (taken := outgoing.next()) is not None:
        assert outgoing.may_offer(taken[0])
        outgoing.answered(taken[0], Reply(250, "2.0.0 taken", "dot"))
    assert len(outgoing.results()) == 50


def test_a_ring_for_what_is_committed_does_not_cut_short_the_wait_for_more(
    journal: Journal
) -> None:
    """Else every second commit is one of a few results."""
    outgoing = _outgoing(journal)
    outgoing.put([_draft(number) for number in range(1, 100)])
    no = cast(Any, None)
    clerk = Clerk(no, Lane.BULK, outgoing=outgoing, books=no, claimer=no, writer=no,
                  write_single=no_single, appetite=Appetite(least=1, most=1), wake=lambda: None)
    clerk.ring()
    outgoing.finish(_result(1))
    rung: list[bool] = []
    bell = clerk._bell
    clerk._bell = cast(Any, SimpleNamespace(
        clear=bell.clear, wait=lambda _seconds: rung.append(bell.is_set())))
    clerk._rest()
    assert rung == [False]


@pytest.mark.parametrize(("happens", "is_time"), [
    ("nothing", False),  # they wait for more
    ("long", True),  # but not for longer than at rest
    ("news", True),
    ("wary", True),  # another process may have pulled the brake (R20)
    ("returned", True),
    ("closed", True),
    ("written", True),  # there is nothing to do meanwhile
])
def test_while_there_is_more_to_write_a_few_results_wait_for_more(
    journal: Journal, happens: str, is_time: bool
) -> None:
    """Each portion that is written would end with a commit of a few."""
    outgoing = _outgoing(journal)
    outgoing.put([_draft(1)])
    assert outgoing.next() is not None
    if happens != "written":
        outgoing.take_in([_draft(2).owed])
    outgoing.finish(_result(1))
    no = cast(Any, None)
    books = cast(Any, SimpleNamespace(is_wary=happens == "wary"))
    clerk = Clerk(no, Lane.BULK, outgoing=outgoing, books=books, claimer=no, writer=no,
                  write_single=no_single, appetite=Appetite(least=1, most=1), wake=lambda: None)
    if happens != "long":
        clerk._settled_at = clock.boot_seconds() + 60
    if happens == "news":
        outgoing.finish(_result(3)._replace(outcome=Outcome.REFUSED))
    elif happens == "returned":
        outgoing.take_in([_draft(4).owed])
        outgoing.withdraw((), {4})
    elif happens == "closed":
        outgoing.close()
    assert clerk._is_time_to_settle() == is_time


@pytest.mark.parametrize(("count", "outcome", "is_on_the_wire", "is_pressing"), [
    (5, Outcome.ACCEPTED, True, False),  # more are to come
    (6, Outcome.ACCEPTED, True, True),  # enough for a commit
    (1, Outcome.ACCEPTED, False, True),  # the last, with nothing behind it
    (1, Outcome.ABOUT_SENDER, True, True),  # the brake is to hear of it (R20)
])
def test_results_share_a_commit_while_more_are_to_come(
    journal: Journal, count: int, outcome: Outcome, is_on_the_wire: bool, is_pressing: bool
) -> None:
    outgoing = _outgoing(journal)
    if is_on_the_wire:
        outgoing.put([_draft(99)])
        assert outgoing.next() is not None
    for number in range(count):
        outgoing.finish(_result(number)._replace(outcome=outcome))
    assert outgoing.is_pressing == is_pressing


def test_the_clerk_is_rung_for_the_first_result_for_enough_and_for_news(journal: Journal) -> None:
    """Not for each: he looks how many there are before he waits again."""
    outgoing = _outgoing(journal)
    outgoing.put([_draft(99)])
    rung: list[int] = []
    outgoing.open(lambda: rung.append(len(outgoing.results())))
    for number in range(8):
        outgoing.finish(_result(number))
    assert rung == [1, 6]
    outgoing.finish(_result(8)._replace(outcome=Outcome.REFUSED))
    assert rung == [1, 6, 9]
    outgoing.committed(9)
    outgoing.finish(_result(9))
    assert rung == [1, 6, 9, 1]
    assert outgoing.next() is not None
    outgoing.spoken_of = 0  # it came to nothing
    outgoing.finish(_result(10))  # the last of all
    assert rung == [1, 6, 9, 1, 2]


def test_journal_and_results_have_one_order_whoever_finishes(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    outgoing = _outgoing(journal)
    has_begun, note = threading.Event(), journal.outcome

    def interrupted(result: Result) -> None:
        """The thread that finishes the first is put aside between the journal and the results."""
        note(result)
        if result.delivery_id == 1:
            has_begun.set()
            threading.Event().wait(0.3)

    monkeypatch.setattr(journal, "outcome", interrupted)
    first = threading.Thread(target=lambda: outgoing.finish(_result(1)))
    first.start()
    assert has_begun.wait(5)
    outgoing.finish(_result(2))
    first.join()
    assert [entry[0] for entry in journal._unsaved] == [
        each.delivery_id for each in outgoing.results()]
