"""Two years of a house, at random: who got what is held against the rule, article by article.

Sign-ups, switches of cadence and themes, pauses, releases early and late, articles that move
between themes, corrections, editions, mails that fail, downtime, and both nights of the clock.
"""

from datetime import datetime, time, timedelta
from itertools import count
from random import Random

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.articles.release import release
from newsletter.articles.write import add_article, edit_article
from newsletter.catalogue.queries import magazine
from newsletter.clock import AMSTERDAM
from newsletter.core import settings as house
from newsletter.deliveries.models import Delivery
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.plan_slots import plan_slots
from newsletter.digests.queries import due_slots
from newsletter.digests.rhythm import rhythm_of
from newsletter.extensions import db
from newsletter.mailings.models import Mailing, Variant
from newsletter.sending.carry_out import carry_out_edition, carry_out_slot
from newsletter.subscribers.change import change_choices
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.models import Cadence
from newsletter.subscribers.pause import moment_of_return, pause, resume
from tests import material
from tests.digests import at_random as by
from tests.digests.by_the_rule import NONE, Person, Piece, Rule

START = datetime(2026, 9, 1, 10, 0, tzinfo=AMSTERDAM)
END = datetime(2028, 9, 1, 10, 0, tzinfo=AMSTERDAM)
DAY = timedelta(days=1)
_edition = count(100)


class House(RuleBasedStateMachine):
    """The real deeds on a real database, and the rule beside them."""

    connection: Connection

    @initialize(rhythm=st.sampled_from(by.RHYTHMS), seed=st.integers(0, 2**32))
    def open(self, rhythm: tuple[int, time], seed: int) -> None:
        db.session.remove()
        self.undo = self.connection.begin_nested()
        db.session.execute(delete(DigestSlot))
        db.session.execute(update(Article).values(released_at=None))
        owner = magazine()
        owner.weekly_weekday, owner.weekly_at = rhythm
        db.session.commit()
        self.themes = sorted(material.theme_ids("data", "leiderschap", "smart-city",
                                                "digitale-identiteit"))
        self.now = START
        self.is_down = False
        self.random = Random(seed)
        self.rule = Rule()
        self._tick()

    def teardown(self) -> None:
        if not hasattr(self, "undo"):
            return
        try:
            self._nothing_is_lost()
        finally:
            db.session.remove()
            self.undo.rollback()

    # Readers.

    @rule(themes=by.some_themes, cadence=by.cadences, editions=st.booleans())
    def sign_up(self, themes: set[int], cadence: Cadence, editions: bool) -> None:
        if len(self.rule.people) >= 8:
            return
        receives = editions or cadence is Cadence.NONE
        chosen = frozenset(self.themes[each] for each in themes)
        who = material.sign_up(f"lezer{len(self.rule.people)}@gemeente.example",
                               Choices(receives, cadence, chosen), now=self.now)
        token = material.confirm_token(who, issued_at=self.now)
        material.press(token, now=self.now)
        db.session.execute(delete(Delivery).where(Delivery.mailing_id.is_(None)))
        self.rule.people[who.subscriber_id] = Person(
            self.now, cadence.value, receives, dict.fromkeys(chosen, self.now))
        db.session.commit()
        self._go_on()

    @precondition(lambda self: self.rule.people)
    @rule(who=by.which, themes=by.some_themes, cadence=by.cadences, editions=st.booleans())
    def choose(self, who: int, themes: set[int], cadence: Cadence, editions: bool) -> None:
        number, person = self._person(who)
        receives = editions or cadence is Cadence.NONE
        chosen = frozenset(self.themes[each] for each in themes)
        change_choices(by.row_of(number), Choices(receives, cadence, chosen), source_page=by.PAGE,
                       now=self.now)
        db.session.commit()
        if person.cadence == NONE and cadence.value != NONE:
            person.returned_at = self.now
        person.cadence, person.editions = cadence.value, receives
        person.themes = {theme: person.themes.get(theme, self.now) for theme in chosen}
        self._go_on()

    @precondition(lambda self: self.rule.people)
    @rule(who=by.which, days=st.integers(1, 90))
    def pause(self, who: int, days: int) -> None:
        number, person = self._person(who)
        until = (self.now + days * DAY).astimezone(AMSTERDAM).date()
        pause(by.row_of(number), until, proof=by.HAND, now=self.now)
        db.session.commit()
        person.paused_until = moment_of_return(until)
        self._go_on()

    @precondition(lambda self: self.rule.people)
    @rule(who=by.which)
    def return_early(self, who: int) -> None:
        number, person = self._person(who)
        if resume(by.row_of(number), proof=by.HAND, now=self.now):
            person.paused_until = None
        db.session.commit()
        self._go_on()

    # Editors.

    @rule(themes=by.some_themes, ahead=st.sampled_from([0, 0, 0, 1, 9]))
    def write(self, themes: set[int], ahead: int) -> None:
        given = tuple(self.themes[each] for each in sorted(themes))
        article = add_article(by.draft_of(f"Stuk {len(self.rule.pieces)}", given), now=self.now)
        at = self.now + ahead * DAY
        release(article, at=at, now=self.now)
        db.session.commit()
        self.rule.pieces[article.id] = Piece(at, dict.fromkeys(given, at))
        self._go_on()

    @precondition(lambda self: self.rule.pieces)
    @rule(what=by.which, themes=by.some_themes)
    def move_between_themes(self, what: int, themes: set[int]) -> None:
        number = sorted(self.rule.pieces)[what % len(self.rule.pieces)]
        piece = self.rule.pieces[number]
        given = tuple(self.themes[each] for each in sorted(themes))
        article = db.session.get_one(Article, number)
        edit_article(article, by.draft_of(article.title, given), revision=None, now=self.now)
        db.session.commit()
        since = max(self.now, piece.released_at)
        piece.themes = {theme: piece.themes.get(theme, since) for theme in given}
        self._go_on()

    @precondition(lambda self: self.rule.pieces)
    @rule(what=by.which)
    def correct(self, what: int) -> None:
        number = sorted(self.rule.pieces)[what % len(self.rule.pieces)]
        article = db.session.get_one(Article, number)
        edit_article(article, by.draft_of(f"{article.title}!"[-40:], tuple(
            theme.id for theme in article.themes)), revision=None, now=self.now)
        db.session.commit()
        self._go_on()

    @precondition(lambda self: not self.is_down and any(
        piece.released_at <= self.now for piece in self.rule.pieces.values()))
    @rule(seed=by.which)
    def edition(self, seed: int) -> None:
        released = [number for number, piece in self.rule.pieces.items()
                    if piece.released_at <= self.now]
        chosen = Random(seed).sample(sorted(released), min(2, len(released)))
        made = material.edition([db.session.get_one(Article, each) for each in chosen],
                                send_at=self.now, number=1, volume=next(_edition))
        db.session.commit()
        carry_out_edition(made.id, settings=house(), now=self.now)
        mailing = db.session.scalars(select(Mailing).where(Mailing.edition_id == made.id)).one()
        assert dict(self._handed(mailing)) == {
            number: frozenset(chosen) for number, person in self.rule.people.items()
            if person.editions and not person.is_paused(self.now)}
        self._go_on()

    @rule(weekly=st.integers(1, 3), monthly=st.integers(1, 3))
    def minimum(self, weekly: int, monthly: int) -> None:
        owner = magazine()
        owner.weekly_minimum, owner.monthly_minimum = weekly, monthly
        db.session.commit()
        self.rule.minimum = {"weekly": weekly, "monthly": monthly}

    # The world.

    @rule(bad=st.sampled_from(["failed", "skipped"]), share=st.sampled_from([0.0, 0.0, 0.3, 1.0]))
    def mails_end(self, bad: str, share: float) -> None:
        """What is open leaves, or ends unsent: refused for good, or skipped at its turn."""
        for number, who in by.end_open(self.random, share=share, bad=bad):
            del self.rule.people[who].had[number]
        db.session.commit()

    @rule()
    def go_down_or_come_back(self) -> None:
        self.is_down = not self.is_down
        self._tick()

    @precondition(lambda self: self.now < END)
    @rule(minutes=by.waits)
    def wait(self, minutes: int) -> None:
        self._wait_until(self.now + timedelta(minutes=minutes))

    # What the rules are made of.

    def _wait_until(self, moment: datetime) -> None:
        while not self.is_down:
            coming = db.session.scalar(
                select(DigestSlot.slot_at).where(DigestSlot.status == SlotStatus.PLANNED,
                                                 DigestSlot.slot_at > self.now,
                                                 DigestSlot.slot_at <= moment)
                .order_by(DigestSlot.slot_at).limit(1))
            if coming is None:
                break
            self.now = coming
            self._tick()
        self.now = moment
        self._tick()

    def _go_on(self) -> None:
        """No two things happen at one moment."""
        self.now += timedelta(seconds=1)

    def _tick(self) -> None:
        if self.is_down:
            return
        plan_slots(rhythm_of(magazine()), now=self.now)
        db.session.commit()
        for slot_id in due_slots(self.now):
            slot = db.session.get_one(DigestSlot, slot_id)
            owed = dict(self.rule.mails(slot.cadence.value, slot.slot_at))
            carry_out_slot(slot_id, settings=house(), now=self.now)
            db.session.refresh(slot)
            if slot.status is SlotStatus.LATE:
                continue  # a person is asked; what it would have brought by.waits for the next
            mailing = db.session.scalars(
                select(Mailing).where(Mailing.digest_slot_id == slot_id)).one()
            handed = self._handed(mailing)
            assert len(handed) == len(dict(handed))
            assert dict(handed) == owed, f"{slot.key} at {self.now}"

    def _handed(self, mailing: Mailing) -> list[tuple[int, frozenset[int]]]:
        """To whom a mailing goes and what each gets, by the blocks of her mail; now it is hers."""
        rows = db.session.execute(
            select(Delivery.id, Delivery.subscriber_id, Delivery.variant_id)
            .where(Delivery.mailing_id == mailing.id)).all()
        found = []
        for number, who, variant_id in rows:
            gives = by.given_by(db.session.get_one(Variant, variant_id))
            found.append((who, gives))
            self.rule.people[who].had[number] = gives
        return found

    def _nothing_is_lost(self) -> None:
        """When all is well for two months, nobody is owed anything."""
        self.is_down = False
        self._tick()
        self.minimum(1, 1)
        for number, person in self.rule.people.items():
            resume(by.row_of(number), proof=by.HAND, now=self.now)
            person.paused_until = None
        db.session.commit()
        self.mails_end("failed", 0.0)
        began = self.now
        self._wait_until(self.now + 62 * DAY)
        for person in self.rule.people.values():
            if person.cadence != NONE:
                assert self.rule.due(person, began) == frozenset()

    def _person(self, who: int) -> tuple[int, Person]:
        number = sorted(self.rule.people)[who % len(self.rule.people)]
        return number, self.rule.people[number]


def _run(session: Session, *, examples: int, is_long: bool) -> None:
    connection = session.connection()
    House.connection = connection
    run_state_machine_as_test(House, settings=settings(
        max_examples=examples, stateful_step_count=50, deadline=None, database=None,
        derandomize=not is_long, suppress_health_check=list(HealthCheck), print_blob=True))


def test_two_years_at_random_bring_everyone_what_the_rule_says(session: Session) -> None:
    _run(session, examples=6, is_long=False)


@pytest.mark.long
def test_many_such_years(session: Session) -> None:
    _run(session, examples=60, is_long=True)
