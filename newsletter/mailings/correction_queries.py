"""Reads of corrections: the one that is open, those carried out, and whom one would reach."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, text

from newsletter.extensions import db
from newsletter.mailings.correct import CLEAN
from newsletter.mailings.correction_models import Correction

_REACH = text(f"""
    select count(*) filter (where {CLEAN} and d.attempts = 0) as never_offered,
           count(*) filter (where {CLEAN} and d.attempts > 0) as refused,
           count(*) filter (where d.status = 'unclear' or
                            d.status not in ('claimed', 'sent') and d.unclear_count > 0) as unclear,
           count(*) filter (where d.status = 'claimed') as in_hand,
           count(*) filter (where d.status = 'sent') as sent,
           count(*) filter (where d.status in ('failed', 'skipped')
                              and d.unclear_count = 0) as ended
      from deliveries d where d.mailing_id = :mailing_id
""")  # noqa: S608 (only constants are joined)


@dataclass(frozen=True)
class Reach:
    """Where the recipients of a mailing stand for a correction; together they are all of them."""

    never_offered: int
    refused: int
    unclear: int
    in_hand: int
    sent: int
    ended: int

    @property
    def get_new(self) -> int:
        """Who would get the corrected text."""
        return self.never_offered + self.refused

    @property
    def may_get_new(self) -> int:
        """The same, and who may yet: after a pause workers give back what they had not offered."""
        return self.get_new + self.in_hand


def reach_of(mailing_id: int) -> Reach:
    """Whom a correction would reach now, and how."""
    return Reach(*db.session.execute(_REACH, {"mailing_id": mailing_id}).one())


def find_open_correction(mailing_id: int) -> Correction | None:
    """The correction that is being made, if one is."""
    found: Correction | None = db.session.scalar(
        select(Correction).where(Correction.mailing_id == mailing_id,
                                 Correction.dropped_at.is_(None),
                                 Correction.corrected_at.is_(None)))
    return found


def corrections_of(mailing_id: int) -> Sequence[Correction]:
    """Those that were carried out, the first one first."""
    return db.session.scalars(
        select(Correction)
        .where(Correction.mailing_id == mailing_id, Correction.number.is_not(None))
        .order_by(Correction.number)
    ).all()


def dropped_of(mailing_id: int) -> Sequence[Correction]:
    """The corrections that were given up with something written in them, the last one first.

    Of one that began with the texts of another and was not written in these are that something: it
    has a line from the start. Those from before another was carried out are left out: what is sent
    since has other words.
    """
    latest_done = (
        select(func.coalesce(func.max(Correction.id), 0))
        .where(Correction.mailing_id == mailing_id, Correction.number.is_not(None))
        .scalar_subquery()
    )
    return db.session.scalars(
        select(Correction)
        .where(Correction.mailing_id == mailing_id, Correction.dropped_at.is_not(None),
               or_(Correction.revision > 0, Correction.text_nl != ""),
               Correction.id > latest_done)
        .order_by(Correction.id.desc())
    ).all()


def find_correction_asked(mailing_id: int, asked_at: datetime) -> Correction | None:
    """The correction that was being made when an approval was asked then, whatever came of it."""
    found: Correction | None = db.session.scalar(
        select(Correction)
        .where(Correction.mailing_id == mailing_id, Correction.opened_at <= asked_at)
        .order_by(Correction.id.desc())
        .limit(1)
    )
    return found
