"""Reads of the audit trail."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, select

from newsletter.accounts.audit_models import AuditEntry, AuditOrigin
from newsletter.accounts.models import Account
from newsletter.extensions import db

AT_ONCE = 500


@dataclass(frozen=True)
class Wanted:
    """Which entries: of one subject, person or act, from a moment and before a moment (UTC).

    `before` is a place in the chain: only what is older. None leaves a limit out.
    """

    subject: str | None = None
    account_id: int | None = None
    act: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True)
class Shown:
    """An entry with the name of who did it, and from where when that is still kept."""

    entry: AuditEntry
    person: str | None
    origin: AuditOrigin | None


def entries_of(subject: str, *, newest: int = 50) -> Sequence[tuple[AuditEntry, str | None]]:
    """The newest acts on a subject such as `edition:20-8`, oldest first, each with its person."""
    rows = db.session.execute(
        select(AuditEntry, Account.name)
        .outerjoin(Account, Account.id == AuditEntry.account_id)
        .where(AuditEntry.subject == subject)
        .order_by(AuditEntry.sequence.desc())
        .limit(newest)
    )
    return [(entry, name) for entry, name in rows][::-1]


def search_audit(wanted: Wanted, *, at_most: int) -> list[Shown]:
    """The newest entries that are wanted, newest first."""
    return [Shown(*row) for row in db.session.execute(_query(wanted).limit(at_most))]


def export_audit(wanted: Wanted) -> Iterator[list[Shown]]:
    """All entries that are wanted, newest first, page by page so that they need no memory.

    Each page is a question of its own: the caller may end its transaction between two, for who
    takes long to fetch it all must hold none open. What is added meanwhile is not in it.
    """
    while found := search_audit(wanted, at_most=AT_ONCE):
        # Before the page is given away: its rows may be gone from the session afterwards.
        wanted = replace(wanted, before=found[-1].entry.sequence)
        yield found


def acts_in_trail() -> list[str]:
    """Every act that stands in the trail, in the order of the alphabet.

    By leaps over the index: the trail is long and has few acts.
    """
    found: list[str] = []
    while True:
        query = select(AuditEntry.act).order_by(AuditEntry.act).limit(1)
        if found:
            query = query.where(AuditEntry.act > found[-1])
        following = db.session.scalar(query)
        if following is None:
            return found
        found.append(following)


def _query(wanted: Wanted) -> Select[AuditEntry, str, AuditOrigin]:
    entry = AuditEntry
    limits = [
        *([entry.subject == wanted.subject] if wanted.subject is not None else []),
        *([entry.account_id == wanted.account_id] if wanted.account_id is not None else []),
        *([entry.act == wanted.act] if wanted.act is not None else []),
        *([entry.at >= wanted.since] if wanted.since is not None else []),
        *([entry.at < wanted.until] if wanted.until is not None else []),
        *([entry.sequence < wanted.before] if wanted.before is not None else []),
    ]
    return (
        select(entry, Account.name, AuditOrigin)
        .outerjoin(Account, Account.id == entry.account_id)
        .outerjoin(AuditOrigin, AuditOrigin.entry_id == entry.id)
        .where(*limits)
        .order_by(entry.sequence.desc())
    )
