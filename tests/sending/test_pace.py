"""What the relay's answers do to the pace of a domain."""

from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from newsletter.deliveries.models import DeliveryStatus, MailKind, Outcome
from newsletter.deliveries.pace import Candidate, admit
from newsletter.deliveries.pace_models import PaceSlot, RecentAnswers, SlowedDomain
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.deliveries.record import Result
from newsletter.jobs import Lane
from newsletter.sending.pace import heed, tidy
from newsletter.sending.set_pace import set_limit
from tests import material
from tests.material import NOW


def results(count: int, outcome: Outcome, code: str, said: str) -> list[Result]:
    """Answers to mails of one reader, who is at gemeente.example."""
    who = material.reader().subscriber_id
    return [
        Result(queue_single(SingleMail(kind=MailKind.WELCOME, subscriber_id=who), now=NOW) or 0,
               1, outcome, DeliveryStatus.DEFERRED, 0.0, 0.0, code, said)
        for _ in range(count)
    ]


def levels(session: Session) -> dict[str, int]:
    return dict(session.execute(select(SlowedDomain.domain, SlowedDomain.level)).tuples().all())


def test_a_wave_of_answers_that_ask_for_less_slows_their_domain(session: Session) -> None:
    heed(session, results(12, Outcome.DEFERRED, "421 4.7.0", "try again later"))
    assert levels(session) == {"gemeente.example": 1}
    admitted = admit(session, [Candidate(each, "gemeente.example") for each in range(500)],
                     lane=Lane.BULK)
    assert 0 < len(admitted.now) < 100


def test_greylisting_and_full_mailboxes_slow_nobody(session: Session) -> None:
    heed(session, results(30, Outcome.DEFERRED, "451 4.7.1", "Greylisting in action"))
    heed(session, results(30, Outcome.DEFERRED, "452 4.2.2", "mailbox full"))
    assert levels(session) == {}


def test_a_few_among_many_that_were_taken_slow_nobody(session: Session) -> None:
    heed(session, [*results(12, Outcome.DEFERRED, "421", "busy"),
                   *results(60, Outcome.ACCEPTED, "250", "ok")])
    assert levels(session) == {"gemeente.example": 0}


def test_answers_that_ask_for_nothing_are_not_even_looked_up(session: Session) -> None:
    asked: list[str] = []
    given = results(5, Outcome.ACCEPTED, "250", "ok")
    session.flush()
    event.listen(session.connection(), "before_cursor_execute",
                 lambda *args: asked.append(args[2]))
    heed(session, given)
    assert asked == []


def test_a_reader_who_is_gone_meanwhile_does_no_harm(session: Session) -> None:
    given = results(12, Outcome.DEFERRED, "421", "busy")
    session.execute(text(
        "update subscribers set address = null, identity = null, mailbox = null"))
    heed(session, given)
    assert levels(session) == {}


def test_what_the_pace_needs_no_more_goes_at_the_tick(session: Session) -> None:
    set_limit("big.example", per_second=None, at_once=3, by="operator:x", now=NOW)
    admit(session, [Candidate(1, "big.example")], lane=Lane.BULK)
    tidy(session)
    for table in (PaceSlot.delivery_id, SlowedDomain.domain, RecentAnswers.id):
        assert session.scalars(select(table)).all() == []
