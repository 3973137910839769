"""Tables of the article store."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Index,
    Table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TEXT, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsletter.articles.image_models import Image
from newsletter.catalogue.models import Theme
from newsletter.columns import Key, Moment, words
from newsletter.extensions import Model


class ArticleKind(StrEnum):
    """What sort of piece an article is."""

    REDACTIONEEL = "redactioneel"
    INTERVIEW = "interview"
    ARTIKEL = "artikel"
    OPINIE = "opinie"
    STUDIEREIS = "studiereis"


article_themes = Table(
    "article_themes",
    Model.metadata,
    Column("article_id", BigInteger, ForeignKey("articles.id", ondelete="CASCADE"),
           primary_key=True),
    Column("theme_id", BigInteger, ForeignKey("themes.id"), primary_key=True, index=True),
    # When it was given this theme after its release; none when it had it from then on.
    Column("given_at", DateTime(timezone=True)),
)


_NEWEST = text("listed_at desc"), text("id desc")


class Article(Model):
    """A piece in the store; `released_at` is when it became available for sending."""

    __tablename__ = "articles"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug"),
        CheckConstraint("length(title) between 1 and 200", name="title"),
        CheckConstraint("length(summary) between 1 and 2000", name="summary"),
        CheckConstraint("canonical_url ~ '^https?://' and length(canonical_url) <= 2000",
                        name="canonical_url"),
        CheckConstraint("(image_id is null) = (image_alt = '') and length(image_alt) <= 300",
                        name="image_alt"),
        Index("ix_articles_released_at", "released_at"),
        Index("ix_articles_search", "search", postgresql_using="gin"),
        Index("ix_articles_like_title", "plain_title", postgresql_using="gin",
              postgresql_ops={"plain_title": "gin_trgm_ops"}),
        Index("ix_articles_newest", *_NEWEST),
        Index("ix_articles_by_title", "plain_title", "id"),
        Index("ix_articles_changed", text("updated_at desc"), text("id desc")),
        Index("ix_articles_kind", "kind", *_NEWEST),
        Index("ix_articles_partner_id", "partner_id", *_NEWEST),
        Index("ix_articles_drafts", *_NEWEST, postgresql_where=text("released_at is null")),
        Index("ix_articles_canonical_url", "canonical_url",
              postgresql_where=text("canonical_url is not null")),
    )
    # What the database computes is for its own searching and sorting: never read back.
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012

    id: Mapped[Key]
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[ArticleKind] = mapped_column(words(ArticleKind, "kind"))
    title: Mapped[str]
    subject: Mapped[str | None]  # whom an interview is with
    authors: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    summary: Mapped[str]
    body_md: Mapped[str] = mapped_column(default="")
    page: Mapped[int | None]
    language: Mapped[str] = mapped_column(default="nl")
    published_on: Mapped[date | None]
    released_at: Mapped[Moment | None]
    # The association that contributed it, and its own address when it first stood elsewhere.
    partner_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("partners.id"))
    canonical_url: Mapped[str | None]
    image_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("images.id"), index=True
    )
    image_alt: Mapped[str] = mapped_column(default="", server_default="")
    image: Mapped[Image | None] = relationship(viewonly=True)
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
    # Counts saves of what is written, so that two tabs cannot overwrite each other unseen.
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    listed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), Computed("COALESCE(released_at, created_at)", persisted=True),
        nullable=True, deferred=True,
    )
    plain_title: Mapped[str] = mapped_column(
        TEXT, Computed("plain_words(title)", persisted=True), nullable=True, deferred=True
    )
    search: Mapped[str] = mapped_column(
        TSVECTOR,
        Computed("article_words(title, subject, authors, summary, body_md)", persisted=True),
        nullable=True, deferred=True,
    )
    themes: Mapped[list[Theme]] = relationship(
        secondary=article_themes, order_by=Theme.position
    )

    @property
    def shown_themes(self) -> list[Theme]:
        """Its themes by the names under which they stand now, each once."""
        return list(dict.fromkeys(theme.shown for theme in self.themes))

    def is_released(self, now: datetime) -> bool:
        """Whether it has become available for sending by `now`."""
        return self.released_at is not None and self.released_at <= now


class ArticleVersion(Model):
    """What an article said after one save; `content` is its draft (newsletter/articles/drafts.py).

    `restored_from` is the version that was put back. Who saved is unknown of what was there before
    versions were kept.
    """

    __tablename__ = "article_versions"

    article_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True,
        autoincrement=False,
    )
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    saved_at: Mapped[Moment]
    account_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey("accounts.id"), index=True
    )
    restored_from: Mapped[int | None]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
