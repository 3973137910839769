"""`newsletter seed-readers`."""

from collections.abc import Callable

from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter import clock
from newsletter.addresses import identity_of, mailbox_of
from newsletter.cli.main import cli
from newsletter.subscribers.count_days import count_days
from newsletter.subscribers.figure_models import Figure, Measure
from newsletter.subscribers.models import (
    Cadence,
    Consent,
    ConsentAct,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)
from tests.cli.conftest import Run


def number(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Subscriber)) or 0


def test_readers_come_in_confirmed_with_their_themes_and_both_consents(
    run: Run, session: Session
) -> None:
    shown = run("seed-readers", "--count", "120", "--seed", "7")
    assert shown.exit_code == 0, shown.output
    assert "120 readers of seed 7" in shown.stderr
    for found in session.scalars(select(Subscription)):
        subscriber = found.subscriber
        assert subscriber.address
        assert subscriber.address.endswith(".example")
        assert subscriber.identity == identity_of(subscriber.address)
        assert subscriber.mailbox == mailbox_of(subscriber.address)
        assert found.status is SubscriptionStatus.ACTIVE
        assert found.receives_editions or found.cadence is not Cadence.NONE
        assert 1 <= len(found.themes) <= 5
        acts = session.scalars(
            select(Consent.act).where(Consent.subscriber_id == found.subscriber_id)
            .order_by(Consent.at)
        ).all()
        assert acts == [ConsentAct.ASKED, ConsentAct.GIVEN]
    assert number(session) == 120


def test_the_same_seed_twice_is_refused_and_adds_nobody(run: Run, session: Session) -> None:
    run("seed-readers", "--count", "20", "--seed", "3")
    shown = run("seed-readers", "--count", "50", "--seed", "3")
    assert shown.exit_code == 1
    assert "--seed" in shown.stderr
    assert number(session) == 20


def test_their_past_is_counted_with_the_days_that_were_counted_before(
    run: Run, session: Session
) -> None:
    for seed in ("3", "4"):
        run("seed-readers", "--count", "20", "--seed", seed)
        while count_days(now=clock.now()):
            pass
    given = select(func.sum(Figure.count)).where(Figure.measure == Measure.GIVEN)
    assert session.scalar(given) == 40


def test_another_seed_adds(run: Run, session: Session) -> None:
    run("seed-readers", "--count", "20", "--seed", "3")
    assert run("seed-readers", "--count", "20", "--seed", "4").exit_code == 0
    assert number(session) == 40


def test_plain_addresses_are_numbers(run: Run, session: Session) -> None:
    run("seed-readers", "--count", "3", "--plain")
    found = session.scalars(select(Subscriber.address).order_by(Subscriber.id)).all()
    assert found == [f"u{n}@plain.example" for n in (1, 2, 3)]


def test_one_reader_that_is_here_already_keeps_all_out(run: Run, session: Session) -> None:
    run("seed-readers", "--count", "3", "--plain")
    first = session.scalars(select(Subscriber).order_by(Subscriber.id)).first()
    assert first is not None
    first.address = first.identity = "iemand@anders.example"
    shown = run("seed-readers", "--count", "9", "--plain")
    assert shown.exit_code == 1
    assert number(session) == 3


def test_made_up_readers_are_refused_in_production(
    make_database: Callable[[], dict[str, str]], production: Callable[..., dict[str, str]]
) -> None:
    shown = CliRunner().invoke(cli, ["seed-readers", "--count", "1"],
                               env=production(make_database()), catch_exceptions=False)
    assert shown.exit_code == 1
    assert "production" in shown.stderr
