"""Reads of editions and of the year plan."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, inspect, select
from sqlalchemy.orm import selectinload

from newsletter.articles.image_models import Image
from newsletter.articles.models import Article
from newsletter.catalogue.queries import magazine
from newsletter.editions.models import Edition, EditionItem, EditionStatus
from newsletter.editions.other import Other
from newsletter.errors import NotFound
from newsletter.extensions import db


def find_edition(key: str) -> Edition | None:
    """The edition that people cite as `20-8`, with its items and their articles."""
    if not re.fullmatch(r"[1-9][0-9]{0,2}-[1-8]", key):
        return None
    volume, number = (int(part) for part in key.split("-"))
    return db.session.scalar(
        _whole().where(Edition.volume == volume, Edition.number == number)
    )


def get_edition(key: str) -> Edition:
    """As `find_edition`. Raises NotFound."""
    found = find_edition(key)
    if found is None:
        raise NotFound(f"edition:{key}")
    return found


def find_edition_by_id(edition_id: int) -> Edition | None:
    """The edition with this id, with its items and their articles."""
    return db.session.scalar(_whole().where(Edition.id == edition_id))


def year_plan(year: int) -> Sequence[Edition]:
    """The editions of a calendar year's volume, by number; none when the year is not planned."""
    volume = year - magazine().volume_base_year
    return db.session.scalars(
        _whole().where(Edition.volume == volume).order_by(Edition.number)
    ).all()


def sent_between(first: datetime, last: datetime) -> list[Other]:
    """The editions whose send moment lies from `first` to `last`, by that moment."""
    rows = db.session.execute(
        select(Edition.volume, Edition.number, Edition.send_at)
        .where(Edition.send_at.between(first, last))
        .order_by(Edition.send_at)
    )
    return [Other(*row) for row in rows.tuples()]


def year_of(edition: Edition) -> int:
    """The calendar year that the edition's volume stands for."""
    return edition.volume + magazine().volume_base_year


def latest_published() -> Edition | None:
    """The published edition with the highest number, whoever sent it; without its items."""
    return db.session.scalar(_published().limit(1))


def list_published() -> Sequence[Edition]:
    """Every published edition, without its items, the newest first."""
    return db.session.scalars(_published()).all()


def read_items(editions: Sequence[Edition]) -> None:
    """Read the items of these editions with their articles, in as few statements for many as for
    one; nothing of those that have them.
    """
    ids = [edition.id for edition in editions if "items" in inspect(edition).unloaded]
    if ids:
        db.session.scalars(_whole().where(Edition.id.in_(ids))).all()


def next_edition(now: datetime) -> Edition | None:
    """The first edition still to come; one that waits for a person because it is late counts."""
    still = Edition.status.in_(
        [EditionStatus.PLANNED, EditionStatus.SCHEDULED, EditionStatus.LATE]
    )
    awaited = (Edition.send_at >= now) | (Edition.status != EditionStatus.PLANNED)
    return db.session.scalar(
        _whole().where(still, awaited).order_by(Edition.send_at).limit(1)
    )


def list_unpublished(now: datetime, *, limit: int = 12) -> Sequence[Edition]:
    """Editions still to come, the first one first."""
    return db.session.scalars(
        _whole()
        .where(Edition.status != EditionStatus.PUBLISHED)
        .where((Edition.send_at >= now) | (Edition.status != EditionStatus.PLANNED))
        .order_by(Edition.send_at)
        .limit(limit)
    ).all()


def list_coming(now: datetime, *, limit: int) -> Sequence[Edition]:
    """The next editions that are not sent yet, without their items, the first one first."""
    return db.session.scalars(
        select(Edition)
        .where(Edition.status != EditionStatus.PUBLISHED, Edition.send_at >= now)
        .order_by(Edition.send_at)
        .limit(limit)
    ).all()


def list_since(moment: datetime) -> Sequence[Edition]:
    """The editions whose send moment is then or later, without their items, by that moment."""
    return db.session.scalars(
        select(Edition).where(Edition.send_at >= moment).order_by(Edition.send_at, Edition.id)
    ).all()


def editions_with(article_id: int) -> Sequence[Edition]:
    """The editions that carry the article, in order."""
    return db.session.scalars(
        select(Edition)
        .join(EditionItem)
        .where(EditionItem.article_id == article_id)
        .order_by(Edition.volume, Edition.number)
    ).all()


class EditionNumber(NamedTuple):
    """As much of an edition as a list to choose from needs."""

    id: int
    volume: int
    number: int

    @property
    def key(self) -> str:
        """How people cite it, as in `20-8`."""
        return f"{self.volume}-{self.number}"


def edition_numbers() -> list[EditionNumber]:
    """Every edition, the newest number first, read without making objects."""
    rows = db.session.execute(
        select(Edition.id, Edition.volume, Edition.number)
        .order_by(Edition.volume.desc(), Edition.number.desc())
    )
    return [EditionNumber(*row) for row in rows]


def _whole() -> Select[Edition]:
    article = selectinload(Edition.items).selectinload(EditionItem.article)
    return select(Edition).options(
        article.selectinload(Article.themes),
        article.selectinload(Article.image).selectinload(Image.files),
    )


def _published() -> Select[Edition]:
    return (
        select(Edition)
        .where(Edition.status == EditionStatus.PUBLISHED)
        .order_by(Edition.volume.desc(), Edition.number.desc())
    )
