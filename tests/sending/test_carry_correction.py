"""A correction is written, dropped and carried out over what others do at the same moment."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.core import settings
from newsletter.editions.compose import Texts
from newsletter.editions.models import Edition
from newsletter.editions.queries import get_edition
from newsletter.editions.write_correction import drop_correction, write_correction
from newsletter.errors import WrongState
from newsletter.extensions import db
from newsletter.mailings.models import Mailing, Variant
from newsletter.mailings.notice_models import OwedNotice
from newsletter.mailings.owe_notice import owe_notice
from newsletter.mailings.pause import pause
from newsletter.mailings.queries import get_mailing
from newsletter.mailings.take_back_notice import take_back_notice
from newsletter.sending.carry_correction import carry_correction
from newsletter.sending.carry_out import carry_out_edition
from newsletter.subscribers.models import Subscription
from tests.corrections import approved_correction
from tests.material import NOW, article, deliveries, edition, reader

KEY = "edition:90-8"
LATER = NOW + timedelta(hours=1)
ORDER = ["editions", "mailings", "corrections"]


def paused(the: Edition) -> Mailing:
    carry_out_edition(the.id, settings=settings(), now=NOW)
    return pause(get_mailing(KEY).id, now=NOW)


@contextmanager
def locks_taken() -> Iterator[list[str]]:
    """The tables of which rows are locked meanwhile, each once, in that order."""
    found: list[str] = []

    def hook(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        table = re.search(r"FROM (\w+).*FOR UPDATE", statement, re.DOTALL)
        if table and table[1] not in found:
            found.append(table[1])

    event.listen(db.engine, "before_cursor_execute", hook)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", hook)


@pytest.mark.parametrize("deed", ["write", "drop", "carry"])
def test_whatever_is_done_to_a_correction_takes_its_locks_in_one_order(
    session: Session, deed: str
) -> None:
    for _ in range(2):
        reader("data")
    the = edition([article("data")])
    paused(the)
    made, by = approved_correction(the, subject="Verbeterd", now=LATER)
    with locks_taken() as taken:
        if deed == "write":
            write_correction(the, made, Texts("Een", "Twee", "", "Drie"), text_nl="Regel.",
                             text_en="", revision=1, by=by, now=LATER)
        elif deed == "drop":
            drop_correction(get_edition("90-8"), now=LATER)
        else:
            carry_correction(the, made, by=by, settings=settings(), now=LATER)
    assert [each for each in taken if each in ORDER] == (
        ["editions", "corrections"] if deed == "write" else ORDER)


def test_a_notice_that_was_taken_back_comes_in_no_corrected_mail(session: Session) -> None:
    her = reader("data").subscriber_id
    reader("data")
    to = select(Subscription.subscriber_id).where(Subscription.subscriber_id == her)
    wrong, right = (owe_notice(words, None, now=NOW, to=to) for words in ("Fout.", "Goed."))
    the = edition([article("data")])
    paused(the)
    take_back_notice(wrong.id, now=NOW)
    made, by = approved_correction(the, subject="Verbeterd", now=LATER)
    done = carry_correction(the, made, by=by, settings=settings(), now=LATER)
    assert done.moved == 2
    hers = next(each for each in deliveries() if each.subscriber_id == her)
    assert session.get_one(Variant, hers.variant_id).notice_ids == [right.id]
    carried = session.scalars(select(OwedNotice.notice_id).where(
        OwedNotice.delivery_id == hers.id)).all()
    assert carried == [right.id]


@contextmanager
def once_compiled(act: Callable[[], object]) -> Iterator[None]:
    """Do something when the corrected content is compiled, before anyone is moved to it."""
    left = [act]

    def hook(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        if left and statement.startswith("INSERT INTO notices"):
            left.pop()()

    event.listen(db.engine, "before_cursor_execute", hook)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", hook)
    assert not left


def test_who_comes_back_clean_while_it_is_compiled_is_not_left_with_the_old_text(
    session: Session,
) -> None:
    her = reader("data").subscriber_id
    reader("data")
    owe_notice("Alleen voor haar.", None, now=NOW, to=select(
        Subscription.subscriber_id).where(Subscription.subscriber_id == her))
    the = edition([article("data")])
    paused(the)
    made, by = approved_correction(the, subject="Verbeterd", now=LATER)
    hers = next(each.id for each in deliveries() if each.subscriber_id == her)

    def stands(status: str, claim: int | None) -> None:
        session.execute(text("update deliveries set status = :status, claim_id = :claim"
                             " where id = :id"), {"status": status, "claim": claim, "id": hers})

    stands("claimed", 1)  # so that nothing is compiled with her line
    with (once_compiled(lambda: stands("pending", None)),
          pytest.raises(WrongState, match="lacks_selections")):
        carry_correction(the, made, by=by, settings=settings(), now=LATER)


@pytest.mark.parametrize("change", ["text_nl = 'Anders.'", "dropped_at = null, moved = 0",
                                    "corrected_at = corrected_at + interval '1 day'"])
def test_what_was_carried_out_stays_as_it_was(session: Session, change: str) -> None:
    reader("data")
    the = edition([article("data")])
    paused(the)
    made, by = approved_correction(the, subject="Verbeterd", now=LATER)
    carry_correction(the, made, by=by, settings=settings(), now=LATER)
    with pytest.raises(IntegrityError, match="stays as it was"):
        session.execute(text(f"update corrections set {change}"))
