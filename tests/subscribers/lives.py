"""What any reader may do in any order, as a state machine over three addresses."""

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from sqlalchemy import func, select

from newsletter.core import signer
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.errors import (
    AskedOtherwise,
    BadInput,
    NothingToUndo,
    TokenError,
    WrongState,
)
from newsletter.extensions import db
from newsletter.subscribers import choices as chosen
from newsletter.subscribers import details as told
from newsletter.subscribers.ask import ask_link, ask_signup
from newsletter.subscribers.change import change_choices
from newsletter.subscribers.change_address import ask_change, confirm_change, undo_change
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.confirm import confirm, details_asked, look_up, question_of
from newsletter.subscribers.details import Details
from newsletter.subscribers.erase import erase
from newsletter.subscribers.expire import remove_expired
from newsletter.subscribers.forget_changes import forget_changes
from newsletter.subscribers.forget_former import forget_former
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import (
    AddressChange,
    Cadence,
    Consent,
    Language,
    MailFormat,
    Sector,
    Subscriber,
    Subscription,
)
from newsletter.subscribers.pause import pause, resume
from newsletter.subscribers.record_consent import Proof
from newsletter.subscribers.take_requests import take_requests
from newsletter.subscribers.undo import Instead, find_before, undo_leaving
from newsletter.tokens import Purpose
from tests.material import NOW, press, text_shown, theme_ids

PEOPLE = ("noor@gemeente.example", "Noor+werk@gemeente.example", "jan@provincie.example")
SLUGS = ("data", "digitalisering", "leiderschap")
people = st.sampled_from(PEOPLE)
wishes = st.builds(
    dict,
    receives_editions=st.booleans(),
    cadence=st.sampled_from(Cadence),
    slugs=st.frozensets(st.sampled_from(SLUGS)),
    language=st.sampled_from(Language),
    format=st.sampled_from(MailFormat),
)
said = st.builds(
    Details,
    name=st.none() | st.just("Noor de Wit"),
    organisation=st.none() | st.just("Gemeente Zeeburg"),
    sector=st.none() | st.sampled_from(Sector),
)
BY_HAND = Proof("preference_page", "/voorkeuren")


def choices_of(wish: dict[str, Any]) -> Choices:
    facts = dict(wish)
    slugs = facts.pop("slugs")
    return Choices(theme_ids=theme_ids(*slugs) if slugs else frozenset(), **facts)


@dataclass(frozen=True)
class Opened:
    """A page that asks, as it stands open in a browser: what it shows, and what it would post."""

    token: str
    question: str
    wording_id: int
    choices: Mapping[str, Any]
    details: Details


class Lives(RuleBasedStateMachine):
    """Three addresses, two of which share a mailbox, do whatever the pages allow."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.tokens: deque[str] = deque(maxlen=6)
        self.opened: deque[Opened] = deque(maxlen=4)
        self.changes: deque[int] = deque(maxlen=4)
        self.erased: dict[int, str] = {}
        self.savepoint = db.session.begin_nested()

    def teardown(self) -> None:
        self.savepoint.rollback()
        db.session.expunge_all()

    def of(self, address: str) -> Subscription | None:
        return db.session.scalar(
            select(Subscription).join(Subscriber).where(Subscriber.address == address)
        )

    def _take(self) -> None:
        assert take_requests(signer=signer(), at_most=10, now=self.now) == 1
        for mail in db.session.scalars(
            select(Delivery).where(Delivery.kind == MailKind.CONFIRM_SIGNUP,
                                   Delivery.created_at == self.now)
        ):
            assert mail.subscriber_id is not None
            self.tokens.append(signer().make(
                Purpose.CONFIRM, mail.subscriber_id, nonce=mail.params["nonce"],
                issued_at=mail.created_at,
            ))

    @rule(hours=st.sampled_from([1, 5, 24, 24 * 8, 24 * 31]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(address=people, wish=wishes, details=said)
    def somebody_signs_up(self, address: str, wish: dict[str, Any], details: Details) -> None:
        choices = choices_of(wish)
        with suppress(BadInput):
            ask_signup(address=address, choices=choices, details=details,
                       source_page="/aanmelden",
                       wording_id=text_shown(choices.language), now=self.now)
            self._take()

    @rule(address=people)
    def somebody_asks_for_the_link(self, address: str) -> None:
        ask_link(address=address, source_page="/mijn-link", now=self.now)
        self._take()

    @precondition(lambda self: self.tokens)
    @rule(pick=st.integers(0, 5))
    def somebody_presses_a_mailed_button(self, pick: int) -> None:
        token = self.tokens[pick % len(self.tokens)]
        with suppress(TokenError):
            press(token, now=self.now)

    @precondition(lambda self: self.tokens)
    @rule(pick=st.integers(0, 5))
    def somebody_leaves_a_mailed_page_open(self, pick: int) -> None:
        token = self.tokens[pick % len(self.tokens)]
        with suppress(TokenError):
            asked = look_up(token, signer=signer(), now=self.now)
            self.opened.append(Opened(
                token, question_of(asked), text_shown(asked.language), chosen.record_of(asked),
                details_asked(asked)))

    @precondition(lambda self: self.opened)
    @rule(pick=st.integers(0, 3))
    def somebody_presses_the_button_of_a_page_that_stood_open(self, pick: int) -> None:
        """What it gives is what the page showed, whoever asked what meanwhile."""
        page = self.opened[pick % len(self.opened)]
        newest = select(func.max(Consent.id))
        before = db.session.scalar(newest)
        was_new = self._is_new(page.token)
        with suppress(TokenError, AskedOtherwise):
            given = confirm(page.token, shown=page.question, wording_id=page.wording_id,
                            signer=signer(), source_page="/bevestigen", now=self.now)
            if db.session.scalar(newest) != before:
                assert chosen.record_of(given) == page.choices
                assert not was_new or told.of(given.subscriber) == page.details

    def _is_new(self, token: str) -> bool:
        """Whether it would make a reader of somebody who never was one."""
        with suppress(TokenError):
            return look_up(token, signer=signer(), now=self.now).confirmed_at is None
        return False

    @rule(address=people, wish=wishes)
    def a_reader_changes(self, address: str, wish: dict[str, Any]) -> None:
        if subscription := self.of(address):
            with suppress(BadInput, WrongState):
                change_choices(subscription, choices_of(wish), source_page="/voorkeuren",
                               now=self.now)

    @rule(address=people, days=st.sampled_from([1, 20, 400]))
    def a_reader_pauses(self, address: str, days: int) -> None:
        if subscription := self.of(address):
            until = (self.now + timedelta(days=days)).date()
            with suppress(BadInput, WrongState):
                pause(subscription, until, proof=BY_HAND, now=self.now)

    @rule(address=people)
    def a_reader_resumes(self, address: str) -> None:
        if subscription := self.of(address):
            resume(subscription, proof=BY_HAND, now=self.now)

    @rule(address=people, what=st.sampled_from(Leaving))
    def a_reader_leaves(self, address: str, what: Leaving) -> None:
        if subscription := self.of(address):
            leave(subscription, what, proof=Proof("one_click_post", "/afmelden"), now=self.now)

    @rule(address=people, instead=st.sampled_from(Instead))
    def a_leaver_undoes_it(self, address: str, instead: Instead) -> None:
        if subscription := self.of(address):
            until = (self.now + timedelta(days=90)).date()
            with suppress(NothingToUndo):
                before = find_before(subscription, signer=signer(), now=self.now)
                language = before.language if before else subscription.language
                undo_leaving(subscription, instead=instead, until=until,
                             wording_id=text_shown(language), signer=signer(),
                             source_page="/afmelden", now=self.now)

    @rule(address=people, new=people)
    def a_reader_wants_another_address(self, address: str, new: str) -> None:
        if subscription := self.of(address):
            with suppress(BadInput, WrongState):
                self.changes.append(
                    ask_change(subscription, new, signer=signer(), now=self.now).id
                )

    @precondition(lambda self: self.changes)
    @rule(pick=st.integers(0, 3), undo=st.booleans())
    def a_side_of_a_change_presses_its_button(self, pick: int, undo: bool) -> None:
        change = db.session.get(AddressChange, self.changes[pick % len(self.changes)])
        if change is None:
            return
        with suppress(TokenError, WrongState):
            if undo:
                undo_change(signer().make(Purpose.UNDO_ADDRESS, change.id), signer=signer(),
                            now=self.now)
            else:
                token = signer().make(
                    Purpose.CONFIRM_ADDRESS, change.id, issued_at=change.asked_at
                )
                confirm_change(token, signer=signer(), now=self.now)

    @rule(address=people, never_again=st.booleans())
    def a_reader_is_erased(self, address: str, never_again: bool) -> None:
        if subscription := self.of(address):
            erase(subscription, never_again=never_again, keep_salt_months=0,
                  proof=Proof("personal_page", "/mijn-gegevens"), signer=signer(), now=self.now)
            self.erased[subscription.subscriber_id] = address

    @rule()
    def the_jobs_of_retention_run(self) -> None:
        remove_expired(signer=signer(), now=self.now)
        forget_former(signer=signer(), now=self.now)
        forget_changes(now=self.now)
