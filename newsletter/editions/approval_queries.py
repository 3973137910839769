"""Reads of approvals."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, case, or_, select

from newsletter.accounts.models import Account
from newsletter.articles.models import Article
from newsletter.editions.approval_models import (
    OPEN,
    Approval,
    EditionHand,
    Verdict,
    VoidReason,
)
from newsletter.editions.models import Edition, EditionItem, EditionStatus
from newsletter.extensions import db
from newsletter.mailings.correction_models import Correction
from newsletter.mailings.models import Mailing
from newsletter.partners.models import Partner


def find_open(edition_id: int, *, lock: bool = False) -> Approval | None:
    """The approval of the edition that is waited for, or that was given and holds."""
    query = select(Approval).where(Approval.edition_id == edition_id, OPEN)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalar(query)


def find_newest(edition_id: int) -> Approval | None:
    """The approval of the edition that was asked last, whatever became of it."""
    return db.session.scalar(
        select(Approval)
        .where(Approval.edition_id == edition_id)
        .order_by(Approval.id.desc())
        .limit(1)
    )


def find_approved_before(approval: Approval) -> Approval | None:
    """The one of the same edition that was given last before this one was asked."""
    return db.session.scalar(
        select(Approval)
        .where(Approval.edition_id == approval.edition_id, Approval.id < approval.id,
               Approval.verdict == Verdict.APPROVED)
        .order_by(Approval.id.desc())
        .limit(1)
    )


def hands_of(edition_id: int) -> Sequence[EditionHand]:
    """Who changed the edition's texts or its choice of articles, who did so last first."""
    return db.session.scalars(
        select(EditionHand)
        .where(EditionHand.edition_id == edition_id)
        .order_by(EditionHand.last_at.desc(), EditionHand.account_id)
    ).all()


def partners_in(edition_id: int) -> Sequence[Partner]:
    """The associations that contributed an article of the edition, by name."""
    return db.session.scalars(
        select(Partner)
        .where(Partner.id.in_(
            select(Article.partner_id)
            .join(EditionItem, EditionItem.article_id == Article.id)
            .where(EditionItem.edition_id == edition_id)
        ))
        .order_by(Partner.name)
    ).all()


class WaitingApproval(NamedTuple):
    """An edition that waits for a second person; moments are aware, in UTC.

    `mailing_key` is none unless it is of a correction of what is being sent: the deadline of the
    edition was of another mail then, and nothing is overdue.
    """

    edition_id: int
    volume: int
    number: int
    title: str
    asked_by: int
    asked_by_name: str
    asked_at: datetime
    approval_deadline_at: datetime
    send_at: datetime
    mailing_key: str | None
    is_overdue: bool

    @property
    def key(self) -> str:
        """How people cite the edition, as in `20-8`."""
        return f"{self.volume}-{self.number}"


def waiting_approvals(now: datetime) -> list[WaitingApproval]:
    """The editions that wait for a second person, the nearest deadline first."""
    rows = db.session.execute(
        select(Edition.id, Edition.volume, Edition.number, Edition.title, Approval.asked_by,
               Account.name, Approval.asked_at, Edition.approval_deadline_at, Edition.send_at,
               Mailing.key, and_(Mailing.key.is_(None), Edition.approval_deadline_at <= now))
        .join(Approval, Approval.edition_id == Edition.id)
        .join(Account, Account.id == Approval.asked_by)
        .outerjoin(Mailing, and_(Mailing.edition_id == Edition.id,
                                 Edition.status == EditionStatus.PUBLISHED))
        .where(OPEN, Approval.verdict.is_(None))
        .order_by(Edition.approval_deadline_at, Edition.id)
    )
    return [WaitingApproval(*row) for row in rows]


class FallenApproval(NamedTuple):
    """The approval of an edition that was asked last, and that was refused or fell.

    `mailing_key` is none unless it is of a correction of what is being sent.
    """

    edition_id: int
    volume: int
    number: int
    decided_by_name: str | None
    note: str
    void_reason: VoidReason | None
    mailing_key: str | None

    @property
    def key(self) -> str:
        """How people cite the edition, as in `20-8`."""
        return f"{self.volume}-{self.number}"


def fallen_approvals(now: datetime) -> list[FallenApproval]:
    """Of each edition to come, and of each correction, whose last approval was refused or fell.

    Not those that somebody took back, for who did so knows.
    """
    is_of_correction = and_(Edition.status == EditionStatus.PUBLISHED, Correction.id.is_not(None),
                            Approval.asked_at >= Correction.opened_at)
    newest = (
        select(Edition.id, Edition.volume, Edition.number, Approval.decided_by, Approval.note,
               Approval.void_reason, Approval.verdict,
               case((is_of_correction, Mailing.key)).label("mailing_key"))
        .distinct(Approval.edition_id)
        .join(Approval, Approval.edition_id == Edition.id)
        .outerjoin(Mailing, Mailing.edition_id == Edition.id)
        .outerjoin(Correction, and_(Correction.mailing_id == Mailing.id,
                                    Correction.dropped_at.is_(None),
                                    Correction.corrected_at.is_(None)))
        .where(or_(is_of_correction, and_(Edition.status != EditionStatus.PUBLISHED,
                                          Edition.send_at > now)))
        .order_by(Approval.edition_id, Approval.id.desc())
        .subquery()
    )
    rows = db.session.execute(
        select(newest.c.id, newest.c.volume, newest.c.number, Account.name, newest.c.note,
               newest.c.void_reason, newest.c.mailing_key)
        .outerjoin(Account, Account.id == newest.c.decided_by)
        .where(or_(newest.c.verdict == Verdict.REFUSED,
                   newest.c.void_reason != VoidReason.WITHDRAWN))
        .order_by(newest.c.volume, newest.c.number)
    )
    return [FallenApproval(*row) for row in rows]


def approved_editions(edition_ids: Sequence[int]) -> set[int]:
    """Of these editions, those whose approval was given and holds, or was given and sent."""
    return set(db.session.scalars(
        select(Approval.edition_id).where(
            Approval.edition_id.in_(edition_ids), Approval.verdict == Verdict.APPROVED,
            Approval.voided_at.is_(None),
        )
    ))


def editions_to_watch() -> list[int]:
    """Ids of editions that must be as approved: an approval is open, or they leave by themselves.

    Of one that was published, the approval that is open is of its correction.
    """
    is_open = select(Approval.edition_id).where(OPEN)
    return list(db.session.scalars(
        select(Edition.id)
        .where(or_(Edition.status == EditionStatus.SCHEDULED, Edition.id.in_(is_open)))
        .order_by(Edition.id)
    ))


def hold_watched_with(article_ids: Collection[int]) -> Sequence[Edition]:
    """The editions with any of these whose approval is open, each held to the transaction's end.

    To be asked before the articles themselves are held: an edition that takes an article in holds
    itself first too.
    """
    with_one = select(EditionItem.edition_id).where(EditionItem.article_id.in_(article_ids))
    is_open = select(Approval.edition_id).where(OPEN)
    return db.session.scalars(
        select(Edition)
        .where(Edition.id.in_(with_one), Edition.id.in_(is_open))
        .order_by(Edition.id)
        .with_for_update(of=Edition)
        .execution_options(populate_existing=True)
    ).all()
