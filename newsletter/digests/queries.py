"""Reads of digests: which slots are due, and what the article store holds at a cut-off."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from newsletter.articles.image_models import Image
from newsletter.articles.models import Article, article_themes
from newsletter.catalogue.models import Theme, ThemeHeir
from newsletter.digests.due import Inherited, Link, Links
from newsletter.digests.models import DigestSlot, SlotArticle, SlotStatus, Treatment
from newsletter.digests.select import Store, ThemeWords
from newsletter.errors import NotFound
from newsletter.extensions import db
from newsletter.mailings.contents import ArticleItem
from newsletter.mailings.item import item_of
from newsletter.mailings.models import Variant
from newsletter.subscribers.models import Cadence

DONE = (SlotStatus.CARRIED_OUT, SlotStatus.NOTHING_NEW)


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


def find_slot_by_id(slot_id: int) -> DigestSlot | None:
    """The slot with this id."""
    return db.session.get(DigestSlot, slot_id)


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


def waiting_slots(now: datetime) -> list[DigestSlot]:
    """The slots whose moment has come and that wait for an editor's release, oldest first."""
    return list(
        db.session.scalars(
            select(DigestSlot)
            .where(
                or_(
                    DigestSlot.status == SlotStatus.HELD,
                    (DigestSlot.status == SlotStatus.PLANNED)
                    & DigestSlot.is_held & (DigestSlot.slot_at <= now),
                )
            )
            .order_by(DigestSlot.slot_at)
        )
    )


def late_slots() -> list[DigestSlot]:
    """The slots beyond the lateness limit, about which a person is asked, oldest first."""
    return list(
        db.session.scalars(
            select(DigestSlot)
            .where(DigestSlot.status == SlotStatus.LATE)
            .order_by(DigestSlot.slot_at)
        )
    )


def overdue_slots(now: datetime) -> list[DigestSlot]:
    """The slots that have come and that nobody holds, but were not carried out yet, in order."""
    return list(
        db.session.scalars(
            select(DigestSlot)
            .where(DigestSlot.status == SlotStatus.PLANNED, DigestSlot.slot_at <= now,
                   DigestSlot.is_held.is_(False))
            .order_by(DigestSlot.slot_at)
        )
    )


def past_slots(*, limit: int = 20) -> list[DigestSlot]:
    """The slots that came to something, newest first."""
    return list(
        db.session.scalars(
            select(DigestSlot)
            .where(DigestSlot.status.not_in([SlotStatus.PLANNED, SlotStatus.HELD]))
            .order_by(DigestSlot.slot_at.desc())
            .limit(limit)
        )
    )


def slot_before(slot: DigestSlot) -> DigestSlot | None:
    """The slot that was carried out before this one, of the same cadence."""
    return db.session.scalar(
        select(DigestSlot)
        .where(
            DigestSlot.cadence == slot.cadence,
            DigestSlot.slot_at < slot.slot_at,
            DigestSlot.status.in_(DONE),
        )
        .order_by(DigestSlot.slot_at.desc())
        .limit(1)
    )


def slot_expected_before(slot: DigestSlot) -> DigestSlot | None:
    """The slot before this one of the same cadence that was carried out or will be by itself."""
    return db.session.scalar(
        select(DigestSlot)
        .where(
            DigestSlot.cadence == slot.cadence,
            DigestSlot.slot_at < slot.slot_at,
            DigestSlot.status.in_([*DONE, SlotStatus.PLANNED]),
        )
        .order_by(DigestSlot.slot_at.desc())
        .limit(1)
    )


def treated_in(slot: DigestSlot | None) -> dict[int, Treatment]:
    """What an editor decided of articles in this slot, by article; nothing without a slot."""
    if slot is None:
        return {}
    rows = db.session.execute(
        select(SlotArticle.article_id, SlotArticle.treatment)
        .where(SlotArticle.slot_id == slot.id)
    )
    return dict(rows.tuples().all())


def left_out_of(slot: DigestSlot | None) -> frozenset[int]:
    """The articles that an editor left out of this slot."""
    return frozenset(article_id for article_id, treatment in treated_in(slot).items()
                     if treatment is Treatment.LEFT_OUT)


def seen_in(slot: DigestSlot | None) -> frozenset[Link]:
    """What the planning of a slot saw of the hour before its cut-off, as it was then."""
    kept = (slot.seen_links if slot is not None else None) or []
    return frozenset(Link(article_id, theme_id, datetime.fromisoformat(since))
                     for article_id, theme_id, since in kept)


def first_moment(cadence: Cadence) -> datetime:
    """The moment of the first slot that a cadence ever had. Raises NotFound without any."""
    found = db.session.scalar(
        select(func.min(DigestSlot.slot_at)).where(DigestSlot.cadence == cadence)
    )
    if found is None:
        raise NotFound(f"slot of {cadence}")
    return found


def store_until(
    cutoff: datetime,
    *,
    window_from: datetime,
    treated: Mapping[int, Treatment],
    put_off: Collection[int],
    seen: Collection[Link] = (),
) -> Store:
    """The themes of all that is released at a cut-off; what has a retired theme keeps it.

    What is `treated` as left out is not among it; `put_off` is what the slot before left out, and
    `seen` what it need not be asked again.
    """
    given = article_themes.c.given_at
    rows = db.session.execute(
        select(article_themes.c.article_id, article_themes.c.theme_id, Article.released_at,
               func.greatest(Article.released_at, given))
        .join(Article, Article.id == article_themes.c.article_id)
        .where(Article.released_at <= cutoff, given.is_(None) | (given <= cutoff))
    ).all()
    links = Links(
        (Link(row[0], row[1], row[3]) for row in rows
         if treated.get(row[0]) is not Treatment.LEFT_OUT),
        window_from=window_from, put_off=put_off, seen=seen,
    )
    pinned = frozenset(each for each, how in treated.items() if how is Treatment.PINNED)
    return Store(links, {row[0]: row[2] for row in rows}, theme_words(), pinned)


def items_of(article_ids: Collection[int]) -> dict[int, ArticleItem]:
    """These articles as a digest shows them, by id; a page number belongs to an edition."""
    rows = db.session.scalars(
        select(Article).where(Article.id.in_(article_ids)).options(
            selectinload(Article.themes),
            selectinload(Article.image).selectinload(Image.files),
        )
    )
    return {article.id: replace(item_of(article), page=None) for article in rows}


def covers_of(variant_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """The articles that each of these variants gives a reader."""
    rows = db.session.execute(
        select(Variant.id, Variant.article_ids).where(Variant.id.in_(variant_ids))
    )
    return {variant_id: frozenset(article_ids) for variant_id, article_ids in rows}


def theme_words() -> dict[int, ThemeWords]:
    """Every theme as a heading, by id, in the house's order.

    Of one that was merged it is the theme under whose name it stands now.
    """
    every = db.session.scalars(select(Theme).order_by(Theme.position)
                               .options(selectinload(Theme.heirs)))
    return {theme.id: _words(theme.shown) for theme in every}


def inheritances() -> dict[int, Inherited]:
    """Every time that the house gave readers of one theme another, by its number."""
    return {each.id: Inherited(each.id, each.heir_id, each.at)
            for each in db.session.scalars(select(ThemeHeir))}


def _words(theme: Theme) -> ThemeWords:
    return ThemeWords(theme.id, theme.slug, theme.name_nl, theme.name_en, theme.position)
