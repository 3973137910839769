"""The ledger of consent alone tells how every subscription stands, whatever people do (P01)."""

from collections import deque
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.core import signer
from newsletter.deliveries.models import Delivery, MailKind
from newsletter.errors import BadInput, TokenError, WrongState
from newsletter.extensions import db
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.change import change_choices
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.confirm import confirm
from newsletter.subscribers.expire import remove_expired
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import (
    Cadence,
    Consent,
    ConsentWording,
    Language,
    MailFormat,
    Subscriber,
    Subscription,
)
from newsletter.subscribers.record_consent import Proof
from newsletter.subscribers.send_link import request_manage_link
from newsletter.subscribers.signup import request_signup
from newsletter.tokens import Purpose
from tests.material import NOW, theme_ids

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


def _choices(wish: dict[str, Any]) -> Choices:
    facts = dict(wish)
    slugs = facts.pop("slugs")
    return Choices(theme_ids=theme_ids(*slugs) if slugs else frozenset(), **facts)


def _replay(entries: list[Consent]) -> str:
    """The status that the acts lead to, and nothing else is needed for it."""
    status = "none"
    for entry in entries:
        kept = entry.choices["editions"] or entry.choices["cadence"] != "none"
        match entry.act.value:
            case "asked":
                assert status in ("none", "pending", "ended")
                status = "pending"
            case "given":
                assert status == "pending"
                status = "active"
            case "changed":
                assert status == "active"
                assert kept
            case "withdrawn":
                # Leaving one kind keeps the other; a question that expired ends as it was.
                assert status in ("active", "pending")
                status = "active" if status == "active" and kept else "ended"
    return status


class Lives(RuleBasedStateMachine):
    """Three addresses, two of which share a mailbox, do whatever the pages allow."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.tokens: deque[str] = deque(maxlen=6)
        self.savepoint = db.session.begin_nested()

    def teardown(self) -> None:
        self.savepoint.rollback()
        db.session.expunge_all()

    def _of(self, address: str) -> Subscription | None:
        return db.session.scalar(
            select(Subscription).join(Subscriber).where(Subscriber.address == address)
        )

    def _collect_links(self) -> None:
        for mail in db.session.scalars(
            select(Delivery).where(Delivery.kind == MailKind.CONFIRM_SIGNUP,
                                   Delivery.created_at == self.now)
        ):
            assert mail.subscriber_id is not None
            self.tokens.append(signer().make(
                Purpose.CONFIRM, mail.subscriber_id, nonce=mail.params["nonce"],
                issued_at=mail.created_at,
            ))

    @rule(hours=st.sampled_from([1, 5, 24, 24 * 8]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(address=people, wish=wishes)
    def somebody_signs_up(self, address: str, wish: dict[str, Any]) -> None:
        with suppress(BadInput):
            request_signup(address=address, choices=_choices(wish), source_page="/aanmelden",
                           signer=signer(), now=self.now)
        self._collect_links()

    @rule(address=people)
    def somebody_asks_for_the_link(self, address: str) -> None:
        request_manage_link(address=address, signer=signer(), now=self.now)
        self._collect_links()

    @precondition(lambda self: self.tokens)
    @rule(pick=st.integers(0, 5))
    def somebody_presses_a_mailed_button(self, pick: int) -> None:
        token = self.tokens[pick % len(self.tokens)]
        with suppress(TokenError):
            confirm(token, signer=signer(), source_page="/bevestigen", now=self.now)

    @rule(address=people, wish=wishes)
    def a_reader_changes(self, address: str, wish: dict[str, Any]) -> None:
        subscription = self._of(address)
        if subscription is not None:
            with suppress(BadInput, WrongState):
                change_choices(subscription, _choices(wish), source_page="/voorkeuren",
                               now=self.now)

    @rule(address=people, what=st.sampled_from(Leaving))
    def a_reader_leaves(self, address: str, what: Leaving) -> None:
        subscription = self._of(address)
        if subscription is not None:
            leave(subscription, what, proof=Proof("one_click_post", "/afmelden"), now=self.now)

    @rule()
    def the_job_forgets_who_never_confirmed(self) -> None:
        remove_expired(now=self.now)

    @invariant()
    def the_ledger_tells_how_everybody_stands(self) -> None:
        db.session.flush()
        for subscription in db.session.scalars(select(Subscription)):
            entries = list(db.session.scalars(
                select(Consent).where(Consent.subscriber_id == subscription.subscriber_id)
                .order_by(Consent.id)
            ))
            assert _replay(entries) == subscription.status.value
            assert entries[-1].choices == chosen.as_record(chosen.of(subscription))
            wording = db.session.get(ConsentWording, entries[-1].wording_id)
            assert wording is not None
            assert wording.language is subscription.language

    @invariant()
    def one_mailbox_is_never_flooded(self) -> None:
        moments = sorted(db.session.scalars(
            select(Delivery.created_at).where(Delivery.kind != MailKind.WELCOME)
            .join(Subscriber).where(Subscriber.mailbox == "noor@gemeente.example")
        ))
        for first, fourth in zip(moments, moments[3:], strict=False):
            assert fourth - first >= timedelta(days=1)


def _live(examples: int, steps: int) -> None:
    run_state_machine_as_test(Lives, settings=settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    ))


def test_whatever_people_do_the_ledger_tells_how_they_stand(session: Session) -> None:
    _live(examples=40, steps=25)


@pytest.mark.long
def test_whatever_people_do_for_long_the_ledger_tells_how_they_stand(session: Session) -> None:
    _live(examples=200, steps=50)
