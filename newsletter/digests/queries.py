"""Reads of digests: which slots are due, and what is fresh in a window."""

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import func, select

from newsletter.articles.models import Article
from newsletter.catalogue.queries import themes
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.select import FreshArticle, ThemeWords
from newsletter.errors import NotFound
from newsletter.extensions import db
from newsletter.mailings.item import item_of
from newsletter.subscribers.models import Cadence


def due_slots(now: datetime) -> list[int]:
    """The newest due slot of each cadence: missed ones before it are its to take over (R14)."""
    rows = db.session.execute(
        select(DigestSlot.cadence, DigestSlot.id)
        .where(DigestSlot.status == SlotStatus.PLANNED, DigestSlot.slot_at <= now)
        .order_by(DigestSlot.slot_at)
    )
    return list(dict(rows.tuples().all()).values())


def get_slot(slot_id: int, *, lock: bool = False) -> DigestSlot:
    """The slot with this id. Raises NotFound."""
    query = select(DigestSlot).where(DigestSlot.id == slot_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found: DigestSlot | None = db.session.scalar(query)
    if found is None:
        raise NotFound(f"slot {slot_id}")
    return found


def find_slot(cadence: Cadence, slot_on: date) -> DigestSlot | None:
    """The slot of a cadence on a local day; the last one when an editor added more."""
    return db.session.scalar(
        select(DigestSlot)
        .where(DigestSlot.cadence == cadence, DigestSlot.slot_on == slot_on)
        .order_by(DigestSlot.slot_at.desc())
        .limit(1)
    )


def coming_slots(now: datetime, *, limit: int = 10) -> list[DigestSlot]:
    """The next slots of all cadences, soonest first."""
    return list(
        db.session.scalars(
            select(DigestSlot)
            .where(DigestSlot.status == SlotStatus.PLANNED, DigestSlot.slot_at > now)
            .order_by(DigestSlot.slot_at)
            .limit(limit)
        )
    )


def past_slots(*, limit: int = 20) -> list[DigestSlot]:
    """The slots that came to something, newest first."""
    return list(
        db.session.scalars(
            select(DigestSlot)
            .where(DigestSlot.status != SlotStatus.PLANNED)
            .order_by(DigestSlot.slot_at.desc())
            .limit(limit)
        )
    )


def cutoff_before(slot: DigestSlot) -> datetime | None:
    """The cut-off of the slot that was carried out before this one, of the same cadence."""
    return db.session.scalar(
        select(DigestSlot.slot_at)
        .where(
            DigestSlot.cadence == slot.cadence,
            DigestSlot.slot_at < slot.slot_at,
            DigestSlot.status.in_([SlotStatus.CARRIED_OUT, SlotStatus.NOTHING_NEW]),
        )
        .order_by(DigestSlot.slot_at.desc())
        .limit(1)
    )


def first_moment(cadence: Cadence) -> datetime:
    """The moment of the first slot that a cadence ever had. Raises NotFound without any."""
    found = db.session.scalar(
        select(func.min(DigestSlot.slot_at)).where(DigestSlot.cadence == cadence)
    )
    if found is None:
        raise NotFound(f"slot of {cadence}")
    return found


def fresh_articles(*, after: datetime, until: datetime) -> list[FreshArticle]:
    """The articles released in (`after`, `until`], with their themes."""
    rows = db.session.scalars(
        select(Article).where(Article.released_at > after, Article.released_at <= until)
    )
    return [_fresh(article) for article in rows if article.themes]


def theme_words() -> dict[int, ThemeWords]:
    """The themes as headings, by id."""
    return {
        theme.id: ThemeWords(theme.id, theme.slug, theme.name_nl, theme.name_en, theme.position)
        for theme in themes()
    }


def _fresh(article: Article) -> FreshArticle:
    assert article.released_at is not None
    return FreshArticle(
        # A page number belongs to an edition; a digest has none.
        item=replace(item_of(article), page=None),
        theme_ids=frozenset(theme.id for theme in article.themes if theme.retired_at is None),
        released_at=article.released_at,
    )
