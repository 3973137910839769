"""An invitation leaves to an account, and not when it would open nothing any more."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import select

from newsletter import clock
from newsletter.accounts.add import add_account
from newsletter.accounts.models import Account, RoleName
from newsletter.accounts.switch_off import switch_off
from newsletter.accounts.take_invitation import open_invitation, take_invitation
from newsletter.core import signer
from newsletter.deliveries.models import Delivery
from newsletter.extensions import db
from newsletter.jobs import Lane
from newsletter.sending.invite import invite
from newsletter.sending.single import write_single_mail
from newsletter.tokens import Purpose
from newsletter.transaction import transaction
from tests.faults.relay import Relay

ADDRESS = "noor.nieuw@redactie.example"
OpenHouse = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def open_post(house: OpenHouse) -> Iterator[tuple[Relay, Any]]:
    with Relay() as relay, house(relay) as (_, post):
        yield relay, post


def invited(times: int = 1) -> Account:
    with transaction():
        account = add_account(email=ADDRESS, name="Noor", password=None,
                              roles=[RoleName.EDITOR], now=clock.now())
        for _ in range(times):
            invite(account, now=clock.now())
    return account


def ended() -> list[tuple[str, str | None]]:
    db.session.rollback()
    rows = db.session.execute(
        select(Delivery.status, Delivery.skip_reason).order_by(Delivery.id)
    )
    return [(status.value, reason and reason.value) for status, reason in rows]


def test_an_invitation_leaves_and_its_link_opens_the_account(
    open_post: tuple[Relay, Any]
) -> None:
    relay, post = open_post
    account = invited()
    assert post.run(Lane.PROMPT, seconds=10, write_single=write_single_mail).sent == 1
    (entry,) = relay.journal.entries
    assert entry.rcpt_to == ADDRESS
    mail = entry.message
    assert mail["List-Unsubscribe"] is None
    body = mail.get_body(("plain",))
    assert body is not None
    link = next(word for word in body.get_content().split() if "/uitnodiging/" in word)
    token = link.rpartition("/")[2]
    assert open_invitation(token, signer=signer(), now=clock.now()).id == account.id


def test_of_two_invitations_only_the_newest_leaves(open_post: tuple[Relay, Any]) -> None:
    relay, post = open_post
    invited(times=2)
    post.run(Lane.PROMPT, seconds=10, write_single=write_single_mail)
    assert ended() == [("skipped", "superseded"), ("sent", None)]
    assert len(relay.journal.entries) == 1


def test_an_account_that_is_switched_off_meanwhile_gets_no_mail(
    open_post: tuple[Relay, Any]
) -> None:
    relay, post = open_post
    account = invited()
    with transaction():
        admin = add_account(email="bo@redactie.example", name="Bo", password=None,
                            roles=[RoleName.ADMIN], now=clock.now())
        switch_off(account, by=admin.id, now=clock.now())
    post.run(Lane.PROMPT, seconds=10, write_single=write_single_mail)
    assert ended() == [("skipped", "cancelled")]
    assert relay.journal.entries == []


def test_an_invitation_that_was_taken_up_meanwhile_is_not_sent_again(
    open_post: tuple[Relay, Any]
) -> None:
    _relay, post = open_post
    account = invited()
    assert account.invited_at is not None
    with transaction():
        mail = db.session.scalars(select(Delivery)).one()
        token = post_token(account, mail)
        take_invitation(token, "een lang wachtwoord", signer=signer(), now=clock.now())
    post.run(Lane.PROMPT, seconds=10, write_single=write_single_mail)
    assert ended() == [("skipped", "superseded")]


def post_token(account: Account, mail: Delivery) -> str:
    """The token that this mail would carry."""
    return signer().make(Purpose.INVITATION, account.id, nonce=mail.params["nonce"],
                         issued_at=mail.created_at)
