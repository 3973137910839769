"""Tables of feeds: what is looked at elsewhere, and what was found there and waits for a person."""

from datetime import date
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment, words
from newsletter.extensions import Model
from newsletter.fetching.trouble import Trouble


class ItemState(StrEnum):
    """What became of something that a feed gave."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    ASIDE = "aside"


class Feed(Model):
    """An RSS or Atom feed; looked at when `due_at` has come, unless it is off.

    `trouble` is what went wrong the last time, `failing_since` when that began. `begun_at` stands
    while a look is under way, and shows one that was never finished.
    """

    __tablename__ = "feeds"
    __table_args__ = (
        CheckConstraint("address ~ '^https?://' and length(address) <= 2000", name="address"),
        CheckConstraint("length(name) between 1 and 100", name="name"),
        CheckConstraint("every_hours between 1 and 168", name="every_hours"),
        CheckConstraint("(trouble is null) = (failing_since is null)", name="failing_since"),
        Index("ix_feeds_due", "due_at", postgresql_where=text("off_at is null")),
    )

    id: Mapped[Key]
    address: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(default="nl")
    every_hours: Mapped[int]
    added_by: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id"), index=True)
    added_at: Mapped[Moment]
    off_at: Mapped[Moment | None]
    due_at: Mapped[Moment]
    begun_at: Mapped[Moment | None]
    looked_at: Mapped[Moment | None]
    found_last: Mapped[int] = mapped_column(default=0)  # new pieces at the last look that succeeded
    trouble: Mapped[Trouble | None] = mapped_column(words(Trouble, "trouble"))
    trouble_detail: Mapped[str] = mapped_column(default="")
    failing_since: Mapped[Moment | None]
    etag: Mapped[str] = mapped_column(default="")
    modified: Mapped[str] = mapped_column(default="")


class FeedItem(Model):
    """A piece that a feed gave; `key` is the hash of what the feed calls it by (SHA-256).

    One that was put aside by nobody (`decided_by`) fell away, as too many waited. Of what lies
    aside for long only the key and the address stay, by which it is known and not given again.
    """

    __tablename__ = "feed_items"
    __table_args__ = (
        UniqueConstraint("feed_id", "key"),
        CheckConstraint("(state = 'waiting') = (decided_at is null)", name="decided_at"),
        Index("uq_feed_items_address", "address", unique=True,
              postgresql_where=text("address is not null")),
        Index("ix_feed_items_state", "state", text("id desc")),
        Index("ix_feed_items_waiting", "feed_id", postgresql_where=text("state = 'waiting'")),
        Index("ix_feed_items_forgettable", "decided_at",
              postgresql_where=text("state = 'aside' and title <> ''")),
    )

    id: Mapped[Key]
    feed_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("feeds.id"))
    key: Mapped[str]
    address: Mapped[str | None]
    title: Mapped[str]
    summary: Mapped[str]
    body_md: Mapped[str]
    authors: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    published_on: Mapped[date | None]
    state: Mapped[ItemState] = mapped_column(words(ItemState, "state"), default=ItemState.WAITING)
    found_at: Mapped[Moment]
    article_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("articles.id", ondelete="SET NULL"), index=True
    )
    decided_at: Mapped[Moment | None]
    decided_by: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("accounts.id"), index=True
    )
