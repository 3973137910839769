"""Change themes, carry slots out, and see what that brings a reader."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from newsletter.catalogue.models import Theme
from newsletter.catalogue.queries import find_theme
from newsletter.core import settings
from newsletter.deliveries.models import Delivery
from newsletter.digests.draw_theme import ThemeDraft
from newsletter.digests.merge_theme import merge_theme
from newsletter.digests.split_theme import split_theme
from newsletter.digests.theme_models import ThemeChange
from newsletter.extensions import db
from newsletter.mailings.models import Mailing, Variant
from newsletter.mailings.notice_models import Notice
from newsletter.sending.carry_out import carry_out_slot
from newsletter.subscribers import choices as chosen
from newsletter.subscribers.models import Cadence, Subscription
from tests.material import NOW, slot

WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)
PERIOD = 14 * DAY
PARTS = (
    ThemeDraft("Registers", "Registers", "Wie wat bijhoudt.", "Who keeps what."),
    ThemeDraft("Statistiek", "Statistics", "Wat getallen zeggen.", "What figures say."),
)


def theme(slug: str) -> Theme:
    found = find_theme(slug)
    assert found is not None
    return found


def merge(slug: str, into: str, at: datetime = NOW + DAY) -> ThemeChange:
    return merge_theme(theme(slug).id, theme(into).id, now=at, undo_for=PERIOD)


def split(slug: str, *, at: datetime = NOW + DAY, present: Sequence[str] = ()) -> ThemeChange:
    return split_theme(theme(slug).id, new=PARTS, present=[theme(each).id for each in present],
                       now=at, undo_for=PERIOD)


def run(at: datetime, *, cadence: Cadence = Cadence.WEEKLY) -> None:
    carry_out_slot(slot(cadence=cadence, at=at).id, settings=settings(), now=at)


def variant(who: Subscription, at: datetime) -> Variant | None:
    return db.session.scalar(
        select(Variant)
        .join(Delivery, Delivery.variant_id == Variant.id)
        .join(Mailing, Mailing.id == Delivery.mailing_id)
        .where(Mailing.cutoff_at == at, Delivery.subscriber_id == who.subscriber_id)
    )


def given(who: Subscription, at: datetime) -> set[int]:
    found = variant(who, at)
    return set(found.article_ids) if found else set()


def told(who: Subscription, at: datetime) -> list[str]:
    found = variant(who, at)
    ids = found.notice_ids if found else []
    return list(db.session.scalars(
        select(Notice.text_nl).where(Notice.id.in_(ids)).order_by(Notice.id)))


def follows(who: Subscription) -> set[str]:
    db.session.expire_all()
    ids = chosen.of(who).theme_ids
    return set(db.session.scalars(select(Theme.slug).where(Theme.id.in_(ids))))
