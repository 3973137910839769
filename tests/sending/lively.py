"""A week of a house in which everything occurs that a digest may meet; the next slot is at NOW."""

from datetime import timedelta

from sqlalchemy import delete, update

from newsletter.articles.models import Article
from newsletter.core import settings
from newsletter.digests.models import DigestSlot
from newsletter.extensions import db
from newsletter.sending.carry_out import carry_out_slot
from newsletter.subscribers.change import change_choices
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import Cadence, Language, MailFormat, Subscription
from newsletter.subscribers.pause import pause
from newsletter.subscribers.record_consent import Proof
from newsletter.transaction import transaction
from tests import material
from tests.material import NOW, article, choices, edition, reader, slot

WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)
SECOND = timedelta(seconds=1)
BY_HAND = Proof("preference_page", "/voorkeuren")


def lively() -> tuple[int, dict[str, str]]:
    """The number of the coming slot, and the readers' addresses by what they are."""
    with transaction():
        db.session.execute(delete(DigestSlot))
        db.session.execute(update(Article).values(released_at=None))
        known = _readers()
        article("data", released_at=NOW - WEEK - DAY)
        before = slot(at=NOW - WEEK).id
    carry_out_slot(before, settings=settings(), now=NOW - WEEK)
    with transaction():
        _happen(known)
        coming = slot().id
        addresses = {what: str(each.subscriber.address) for what, each in known.items()}
    return coming, addresses | {"pending": "wacht@gemeente.example"}


def _readers() -> dict[str, Subscription]:
    known = {
        "narrow": reader("data"),
        "wide": reader("data", "leiderschap", "smart-city"),
        "digests only": reader("data", editions=False),
        "english": reader("data"),
        "plain": reader("leiderschap"),
        "back": reader("data", "leiderschap"),
        "away": reader("data"),
        "bored": reader("dienstverlening"),
        "monthly": reader("data", cadence=Cadence.MONTHLY),
        "gone": reader("data"),
        "late": reader("data", at=NOW + SECOND),
    }
    known["english"].language = Language.EN
    known["plain"].format = MailFormat.TEXT
    pause(known["back"], NOW.date(), proof=BY_HAND, now=NOW - 9 * DAY)
    pause(known["away"], (NOW + WEEK).date(), proof=BY_HAND, now=NOW - 9 * DAY)
    material.sign_up("wacht@gemeente.example", choices("data"), now=NOW - DAY)
    return known


def _happen(known: dict[str, Subscription]) -> None:
    leave(known["gone"], Leaving.ALL, proof=BY_HAND, now=NOW - 2 * DAY)
    change_choices(known["wide"], choices("data", "leiderschap", "smart-city", "innovatie"),
                   source_page="/voorkeuren", now=NOW - 2 * DAY)
    article("data", released_at=NOW - 3 * DAY)
    article("data", "leiderschap", released_at=NOW - 2 * DAY)
    article("smart-city", released_at=NOW)
    # Leaves before the slot, and nobody who gets it gets its article again.
    edition([article("data", "leiderschap", released_at=NOW - 2 * DAY)], send_at=NOW - HOUR)
