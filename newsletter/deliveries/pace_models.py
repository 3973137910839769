"""Tables of pace: what operators limit, what is left of it, and what the answers of late say."""

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from newsletter.columns import Key, Moment
from newsletter.extensions import Model


class PaceLimit(Model):
    """How fast, and how many at once, an operator lets mails leave; may change at any moment."""

    __tablename__ = "pace_limits"
    __table_args__ = (
        CheckConstraint("num_nonnulls(per_second, at_once) > 0 and coalesce(per_second, 1) > 0 "
                        "and coalesce(at_once, 1) > 0", name="limits"),
    )

    # A receiving domain (A-labels, lower case), "each" for every other, or "total" for all mails.
    scope: Mapped[str] = mapped_column(primary_key=True)
    per_second: Mapped[float | None]
    at_once: Mapped[int | None]
    changed_at: Mapped[Moment]
    changed_by: Mapped[str]


class WarmUpDay(Model):
    """How many mails may leave on one day (Europe/Amsterdam) of a warm-up, and how many did."""

    __tablename__ = "warm_up_days"

    scope: Mapped[str] = mapped_column(primary_key=True)  # a domain or "total"
    day: Mapped[date] = mapped_column(primary_key=True)
    amount: Mapped[int]
    taken: Mapped[int] = mapped_column(server_default="0")


class PaceBucket(Model):
    """What is left of a rate at a moment of the database's clock (token bucket)."""

    __tablename__ = "pace_buckets"

    scope: Mapped[str] = mapped_column(primary_key=True)
    tokens: Mapped[float | None]  # none where no rate holds, only a number at once
    filled_at: Mapped[Moment]
    # Until when turns have been given out to mails that must wait.
    booked_until: Mapped[Moment | None]


class PaceSlot(Model):
    """A delivery that counts as one at once for its domain for as long as it stays claimed.

    So that a worker's death, which ends its claims, frees its slots too.
    """

    __tablename__ = "pace_slots"
    __table_args__ = (Index("ix_pace_slots_scope", "scope"),)

    delivery_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    scope: Mapped[str]


class SlowedDomain(Model):
    """A domain that puts mails off: how much slower we go (halved `level` times), since when."""

    __tablename__ = "slowed_domains"

    domain: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[int]
    slowed_at: Mapped[Moment]
    # Its answers of late, of which so many put a mail off.
    counted_from: Mapped[Moment]
    answers: Mapped[int]
    put_off: Mapped[int]


class RecentAnswers(Model):
    """The answers that a worker wrote down in one go, for the brake: "0" each, "1" about us."""

    __tablename__ = "recent_answers"
    __table_args__ = (
        Index("ix_recent_answers_mailing_id", "mailing_id", "id"),
        # Hardly ever holds a row: whether the brake has anything to look at.
        Index("ix_recent_answers_about_sender", "mailing_id",
              postgresql_where=text("marks like '%1%'")),
    )

    id: Mapped[Key]
    mailing_id: Mapped[int] = mapped_column(BigInteger)  # 0 for single mails
    marks: Mapped[str]  # in their order, at most the last 200
    # The last one about us, with the recipient cut out.
    code: Mapped[str | None]
    said: Mapped[str | None]
