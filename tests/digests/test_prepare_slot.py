"""Preparing a slot: its line, what is left out and what is pinned, and what cannot be taken."""

from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.core import settings
from newsletter.deliveries.models import Delivery
from newsletter.digests.models import DigestSlot, SlotArticle, SlotStatus, Treatment
from newsletter.digests.prepare import Prepared, prepare
from newsletter.digests.queries import get_slot, treated_in
from newsletter.digests.select import LIMIT
from newsletter.errors import BadInput, WrongState
from newsletter.extensions import db
from newsletter.mailings.models import Block, Mailing, Variant
from newsletter.sending.carry_out import carry_out_slot
from newsletter.sending.plan_slot import plan_slot
from newsletter.subscribers.change import change_choices
from newsletter.subscribers.models import Cadence
from tests.material import NOW, article, choices, reader, slot

WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)
OUT, PIN = Treatment.LEFT_OUT, Treatment.PINNED


@pytest.fixture(autouse=True)
def _no_other_slots(session: Session) -> None:
    """The seeds' own slots and articles out of the way."""
    session.execute(delete(DigestSlot))
    session.execute(update(Article).values(released_at=None))
    session.commit()


def prepared(
    found: DigestSlot, *, line: str = "", **treated: list[Article] | Article
) -> DigestSlot:
    """The slot with these articles `out` and `pin`ned, and this line on top."""
    how = {"out": OUT, "pin": PIN}
    ids = {each.id: how[name] for name, given in treated.items()
           for each in (given if isinstance(given, list) else [given])}
    return prepare(found.id, Prepared(line=line, treated=ids), revision=found.revision,
                   now=found.slot_at - HOUR)


def carry_out(found: DigestSlot) -> DigestSlot:
    carry_out_slot(found.id, settings=settings(), now=found.slot_at)
    return found


def given(found: DigestSlot) -> dict[int, list[int]]:
    """What each reader was given by a slot."""
    rows = db.session.execute(
        select(Delivery.subscriber_id, Variant.article_ids)
        .join(Variant, Variant.id == Delivery.variant_id)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .where(Mailing.digest_slot_id == found.id)
    )
    return {who: sorted(ids) for who, ids in rows}


def test_what_is_left_out_comes_in_the_next_slot_exactly_once(session: Session) -> None:
    who = reader("data").subscriber_id
    out, other = article("data"), article("data")
    first = carry_out(prepared(slot(), out=out))
    following, last = carry_out(slot(at=NOW + WEEK)), carry_out(slot(at=NOW + 2 * WEEK))
    assert given(first) == {who: [other.id]}
    assert given(following) == {who: [out.id]}
    assert last.status is SlotStatus.NOTHING_NEW


def test_left_out_again_it_waits_once_more(session: Session) -> None:
    who = reader("data").subscriber_id
    out = article("data")
    slots = [slot(at=NOW + weeks * WEEK) for weeks in range(3)]
    for each in slots[:2]:
        assert carry_out(prepared(each, out=out)).status is SlotStatus.NOTHING_NEW
    assert given(carry_out(slots[2])) == {who: [out.id]}


def test_who_was_given_it_otherwise_does_not_get_it_again(session: Session) -> None:
    both = reader("data", "leiderschap")
    out = article("data")
    carry_out(prepared(slot(), out=out))
    change_choices(both, choices("data", "leiderschap", cadence=Cadence.MONTHLY),
                   source_page="/voorkeuren", now=NOW + HOUR)
    monthly = carry_out(slot(cadence=Cadence.MONTHLY, at=NOW + DAY))
    assert given(monthly) == {both.subscriber_id: [out.id]}
    change_choices(both, choices("data", "leiderschap"), source_page="/voorkeuren",
                   now=NOW + 2 * DAY)
    assert carry_out(slot(at=NOW + WEEK)).status is SlotStatus.NOTHING_NEW


def test_the_other_cadence_is_not_touched(session: Session) -> None:
    who = reader("data", cadence=Cadence.MONTHLY).subscriber_id
    out = article("data")
    carry_out(prepared(slot(), out=out))
    assert given(carry_out(slot(cadence=Cadence.MONTHLY, at=NOW + HOUR))) == {who: [out.id]}


def test_what_a_slot_that_was_taken_over_left_out_is_due_in_the_next(session: Session) -> None:
    who = reader("data").subscriber_id
    out = article("data")
    missed = prepared(slot(), out=out)
    following = carry_out(slot(at=NOW + WEEK))
    assert missed.status is SlotStatus.MERGED
    assert given(following) == {who: [out.id]}


def test_half_a_year_of_leaving_out_gives_everybody_everything_once(session: Session) -> None:
    dice = Random(8)
    readers = [reader("data"), reader("leiderschap"), reader("data", "leiderschap")]
    had: Counter[tuple[int, int]] = Counter()
    waiting: list[Article] = []
    wanted: list[Article] = []
    for week in range(26):
        at = NOW + week * WEEK
        fresh = [article(*dice.sample(["data", "leiderschap"], dice.randint(1, 2)),
                         released_at=at - HOUR) for _ in range(dice.randint(0, 3))]
        wanted += fresh
        waiting = [each for each in (*fresh, *waiting) if dice.random() < 0.4 and week < 25]
        # Some slots are missed: the next of them takes over, and what they left out is due in it.
        found = prepared(slot(at=at), out=waiting)
        if dice.random() < 0.25 and week < 25:
            continue
        for who, ids in given(carry_out(found)).items():
            assert not set(ids) & {each.id for each in waiting}
            had.update((who, each) for each in ids)
    themes = {each.id: {theme.slug for theme in each.themes} for each in wanted}
    followed = [{"data"}, {"leiderschap"}, {"data", "leiderschap"}]
    assert had == Counter({
        (who.subscriber_id, each): 1
        for who, follows in zip(readers, followed, strict=True)
        for each, carried in themes.items() if carried & follows
    })


def test_what_is_pinned_stands_first_and_survives_the_limit(session: Session) -> None:
    reader("data")
    oldest = article("data", released_at=NOW - 3 * DAY)
    for hours in range(LIMIT + 3):
        article("data", released_at=NOW - DAY - hours * HOUR)
    found = slot()
    assert oldest.title not in shown_in(found)
    assert shown_in(prepared(found, pin=oldest))[0] == oldest.title
    assert len(shown_in(found)) == LIMIT
    variant = db.session.scalars(select(Variant)).all()
    assert variant == []  # only rehearsed
    carry_out(found)
    (sent,) = db.session.scalars(select(Variant))
    assert sent.subject.startswith(oldest.title[:30])
    assert oldest.id in sent.article_ids


def shown_in(found: DigestSlot) -> list[str]:
    """The titles in full, in order, of the one selection that the slot comes to."""
    found_id = found.id
    db.session.commit()
    plan = plan_slot(get_slot(found_id), settings=settings())
    db.session.rollback()
    (selection,) = plan.reckoned.selections.values()
    return [item.title for section in selection.sections for item in section.items]


def test_a_pin_in_a_theme_that_a_reader_does_not_follow_gives_her_nothing(
    session: Session,
) -> None:
    reader("leiderschap")
    found = carry_out(prepared(slot(), pin=article("data")))
    assert found.status is SlotStatus.NOTHING_NEW


def test_the_line_is_in_every_mail_of_the_slot_and_made_once(session: Session) -> None:
    for themes in (("data",), ("leiderschap",), ("data", "leiderschap")):
        reader(*themes)
    article("data")
    article("leiderschap")
    carry_out(prepared(slot(), line="Volgende week is er geen weekmail."))
    blocks = [block for block in db.session.scalars(select(Block))
              if b"Volgende week" in block.body]
    assert [(block.name, block.format) for block in blocks] == [
        ("opening:weekly:2026-11-10", "html"), ("opening:weekly:2026-11-10", "text")]
    for variant in db.session.scalars(select(Variant)):
        assert blocks[0].position in variant.html_blocks
        assert blocks[1].position in variant.text_blocks


def test_a_line_becomes_one_paragraph(session: Session) -> None:
    found = prepared(slot(), line="  Een regel\r\n\r\nen  nog\teen\nregel ")
    assert found.editorial_line == "Een regel en nog een regel"


@pytest.mark.parametrize(("line", "reason"), [
    ("x" * 301, "too_long"), ("a\x00b", "control_character"), ("a\u202eb", "control_character"),
])
def test_a_line_that_cannot_be_is_refused(session: Session, line: str, reason: str) -> None:
    with pytest.raises(BadInput, match=reason) as refused:
        prepared(slot(), line=line)
    assert refused.value.field == "line"


def test_more_pins_than_a_mail_shows_are_refused(session: Session) -> None:
    pins = [article("data") for _ in range(LIMIT + 1)]
    prepared(slot(), pin=pins[1:])
    with pytest.raises(BadInput, match="too_many"):
        prepared(slot(), pin=pins)


def test_an_article_that_is_not_in_the_store_is_refused(session: Session) -> None:
    with pytest.raises(BadInput, match="unknown"):
        prepare(slot().id, Prepared(treated={999_999_999: OUT}), revision=0, now=NOW - HOUR)


def test_who_saves_over_somebody_else_is_told(session: Session) -> None:
    found = prepared(slot(), line="De eerste.")
    with pytest.raises(BadInput, match="saved_meanwhile"):
        prepare(found.id, Prepared(line="De tweede."), revision=0, now=NOW - HOUR)
    assert found.editorial_line == "De eerste."


def test_a_save_replaces_what_was_chosen_before(session: Session) -> None:
    one, other = article("data"), article("data")
    found = prepared(slot(), out=[one, other])
    prepared(found, pin=one)
    assert treated_in(found) == {one.id: PIN}


def test_after_its_moment_only_a_slot_that_waits_can_be_prepared(session: Session) -> None:
    found = slot()
    with pytest.raises(WrongState):
        prepare(found.id, Prepared(line="Te laat."), revision=0, now=NOW)
    prepare(found.id, Prepared(is_held=True), revision=0, now=NOW - HOUR)
    carry_out(found)
    prepare(found.id, Prepared(is_held=False, line="Nog net."), revision=1, now=NOW + HOUR)
    assert (found.status, found.is_held, found.editorial_line) == (
        SlotStatus.HELD, True, "Nog net.")


def test_an_article_that_is_thrown_away_takes_its_treatment_along(session: Session) -> None:
    one = article("data")
    prepared(slot(), out=one)
    session.delete(one)
    session.flush()
    assert session.scalars(select(SlotArticle)).all() == []
