"""Take requests: what visitors typed becomes a sign-up or a mailed link, or nothing at all."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import DataError, IntegrityError

from newsletter import addresses
from newsletter.catalogue.queries import followed_by_id
from newsletter.deliveries.alarm import raise_alarm
from newsletter.errors import NewsletterError
from newsletter.extensions import db
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.details import Details
from newsletter.subscribers.models import AddressRequest, Cadence, RequestKind, Sector
from newsletter.subscribers.queries import lock_mailboxes
from newsletter.subscribers.send_link import request_manage_link
from newsletter.subscribers.signup import request_signup
from newsletter.tokens import Signer

MOST_TRIES = 3
KEPT = timedelta(days=7)  # the longest that an address may wait unasked for (P07)
# Also a row in the words of another version: it may not stand before all others for ever.
UNTAKEABLE = (NewsletterError, DataError, IntegrityError, KeyError, TypeError, ValueError)


def take_requests(*, signer: Signer, at_most: int, now: datetime) -> int:
    """How many rows were taken, oldest first; each is carried out once and then gone.

    One that cannot be carried out fails alone: it is left for another try, and after the third
    for a person, with an alarm (R18). Safe to run in parallel and to repeat.
    """
    rows = db.session.scalars(
        select(AddressRequest)
        .where(AddressRequest.tries < MOST_TRIES, AddressRequest.asked_at >= now - KEPT)
        .order_by(AddressRequest.id)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    ).all()
    lock_mailboxes(addresses.mailbox_of(row.address) for row in rows)
    for row in rows:
        try:
            with db.session.begin_nested():
                _carry_out(row, signer=signer)
                db.session.delete(row)
        except UNTAKEABLE as error:
            row.tries += 1
            if row.tries == MOST_TRIES:
                raise_alarm("request_untakeable", f"request:{row.id}", now=now,
                            fault=type(error).__name__)
    return len(rows)


def forget_requests(*, now: datetime) -> int:
    """How many rows older than seven days were removed, whatever kept them (P07)."""
    gone = db.session.execute(
        delete(AddressRequest).where(AddressRequest.asked_at < now - KEPT)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _carry_out(row: AddressRequest, *, signer: Signer) -> None:
    if row.kind is RequestKind.LINK:
        request_manage_link(address=row.address, signer=signer, now=row.asked_at)
        return
    request_signup(
        address=row.address,
        choices=_choices(row.wish["choices"]),
        details=_details(row.wish["details"]),
        source_page=row.source_page,
        wording_id=row.wording_id,
        signer=signer,
        now=row.asked_at,
    )


def _choices(said: dict[str, Any]) -> Choices:
    """What she chose; themes that were merged or split since she did by those they went on in."""
    choices = Choices.from_json(said)
    choices = replace(choices, theme_ids=followed_by_id(choices.theme_ids))
    if choices.brings_no_theme and choices.receives_editions:
        choices = replace(choices, cadence=Cadence.NONE)
    return choices


def _details(said: dict[str, Any]) -> Details:
    sector = said["sector"]
    return Details(said["name"], said["organisation"], Sector(sector) if sector else None)
