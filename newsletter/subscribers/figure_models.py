"""The table of figures: what was counted of readers, by day; an erased reader stays a count."""

from datetime import date
from enum import StrEnum

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import words
from newsletter.extensions import Model


class Measure(StrEnum):
    """What is counted: the first four on a day, the others at its end."""

    GIVEN = "given"  # became a reader: confirmed, came back, or came in by a list
    LEFT = "left"
    ERASED = "erased"  # was a reader until she had herself erased
    BOUNCED = "bounced"  # an address that bounced; its reader has not left
    READERS = "readers"
    CADENCE = "cadence"
    LANGUAGE = "language"
    THEME = "theme"


class Figure(Model):
    """One count of one local day in Amsterdam; the subject is a cadence, language or theme slug."""

    __tablename__ = "figures"
    __table_args__ = (CheckConstraint("count >= 0", name="count"),)

    measure: Mapped[Measure] = mapped_column(words(Measure, "measure"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    count: Mapped[int]
