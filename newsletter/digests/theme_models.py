"""The table of what was done to themes, with what it takes to undo it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from newsletter.catalogue.models import Theme
from newsletter.columns import Key, Moment, words
from newsletter.extensions import Model


class ChangeKind(StrEnum):
    """What was done to a theme."""

    MERGED = "merged"  # it goes on in another
    SPLIT = "split"  # it goes on in several
    RENAMED = "renamed"
    RETIRED = "retired"  # nothing follows it


class ThemeChange(Model):
    """One change of a theme; it may be undone until `undo_until`."""

    __tablename__ = "theme_changes"

    id: Mapped[Key]
    kind: Mapped[ChangeKind] = mapped_column(words(ChangeKind, "kind"))
    theme_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("themes.id"))
    at: Mapped[Moment]
    undo_until: Mapped[Moment]
    undone_at: Mapped[Moment | None]
    # Of a rename: the names, sentences and slug that it had. Of a merge and a split: what articles
    # were given by it, as pairs of an article and a theme.
    before: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    # Of a split: the themes that were made for it.
    new_theme_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    # The articles that were not released yet and went to its heirs.
    moved_article_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    notice_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    theme: Mapped[Theme] = relationship()

    def may_be_undone(self, now: datetime) -> bool:
        """Whether it still stands and its notice period is not over."""
        return self.undone_at is None and now <= self.undo_until
