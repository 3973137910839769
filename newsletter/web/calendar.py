"""The year plan as a calendar (RFC 5545), at a secret address that each account has of its own."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from urllib.parse import urlsplit

from flask import Response, abort, url_for
from flask_babel import force_locale
from icalendar import Calendar, Event

from newsletter import clock
from newsletter.accounts.queries import find_calendar_account
from newsletter.catalogue.queries import magazine
from newsletter.core import settings, signer
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.queries import list_since
from newsletter.errors import TokenError
from newsletter.tokens import Purpose
from newsletter.web.desk.said import _

KEPT = timedelta(days=366)  # how far back the calendar goes
SHOWN = timedelta(minutes=30)  # so that a moment can be seen in a calendar
LOOK_AGAIN = timedelta(hours=1)  # RFC 7986 §5.7


def address_of(account_id: int, nonce: int) -> str:
    """The secret address of an account's calendar, which is derived and stored nowhere."""
    token = signer().make(Purpose.CALENDAR, account_id, nonce=nonce)
    return f"{settings().public_url}{url_for('files.calendar', token=token)}"


def feed(token: str) -> Response:
    """GET /agenda/<token>.ics: send moments and deadlines, without a session. Changes nothing."""
    try:
        opened = signer().open(token, purposes=[Purpose.CALENDAR], now=clock.now())
    except TokenError:
        abort(404)
    account = find_calendar_account(opened.row_id, nonce=opened.nonce)
    if account is None:
        abort(404)
    with force_locale(account.language):
        shown = _calendar()
    return Response(shown, content_type="text/calendar; charset=utf-8")


def _calendar() -> bytes:
    name = magazine().name
    made = Calendar()
    made.add("prodid", f"-//{name}//Newsletter//NL")
    made.add("version", "2.0")
    made.add("x-wr-calname", _("Jaarplan %(name)s", name=name))
    made.add("refresh-interval", LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    for edition in list_since(clock.now() - KEPT):
        for event in _events(edition, name):
            made.add_component(event)
    return bytes(made.to_ical())


def _events(edition: Edition, magazine_name: str) -> Iterator[Event]:
    number = edition.key.replace("-", "·")
    site = settings().public_url
    changed_at = edition.changed_at.astimezone(UTC)
    is_certain = edition.status in (EditionStatus.SCHEDULED, EditionStatus.PUBLISHED)
    for what, moment, words in (
        ("copy", edition.copy_deadline_at, _("kopij binnen")),
        ("approval", edition.approval_deadline_at, _("akkoord")),
        ("send", edition.published_at or edition.send_at, _("verzending")),
    ):
        event = Event()
        event.add("uid", f"edition-{edition.key}-{what}@{urlsplit(site).hostname}")
        event.add("summary", f"{magazine_name} {number}: {words}")
        event.add("description", edition.title or _("nog geen titel"))
        event.add("dtstart", moment.astimezone(UTC))
        event.add("dtend", moment.astimezone(UTC) + SHOWN)
        event.add("dtstamp", changed_at)
        event.add("last-modified", changed_at)
        event.add("sequence", edition.revision)
        event.add("status", "CONFIRMED" if is_certain else "TENTATIVE")
        event.add("transp", "TRANSPARENT")
        event.add("url", f"{site}{url_for('desk.edition', key=edition.key)}")
        yield event
