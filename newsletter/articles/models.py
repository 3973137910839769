"""Tables of the article store."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, ForeignKey, Index, Table
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column, relationship

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


class Article(Model):
    """A piece in the store; `released_at` is when it became available for sending."""

    __tablename__ = "articles"
    __table_args__ = (
        CheckConstraint("slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'", name="slug"),
        CheckConstraint("length(title) between 1 and 200", name="title"),
        CheckConstraint("length(summary) between 1 and 2000", name="summary"),
        Index("ix_articles_released_at", "released_at"),
    )

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
    created_at: Mapped[Moment]
    updated_at: Mapped[Moment]
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
