"""Verify the audit trail: every entry, every link and every seal, and the first that is wrong."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from enum import StrEnum

from sqlalchemy import TextClause, func, select, text

from newsletter.accounts.audit_models import AuditEntry, AuditSeal
from newsletter.extensions import db


class Fault(StrEnum):
    """What is wrong with the trail."""

    MISSING_ENTRY = "missing_entry"
    BROKEN_LINK = "broken_link"
    CHANGED_ENTRY = "changed_entry"
    MISSING_TAIL = "missing_tail"
    REPLACED_ENTRY = "replaced_entry"
    LACKING_SEAL = "lacking_seal"


SENTENCES = {
    Fault.MISSING_ENTRY: "There is no entry {sequence}, and there are later ones.",
    Fault.BROKEN_LINK: "Entry {sequence} does not continue the entry before it.",
    Fault.CHANGED_ENTRY: "Entry {sequence} was changed since it was written.",
    Fault.MISSING_TAIL: "A seal saw entry {sequence}, which is gone.",
    Fault.REPLACED_ENTRY: "Entry {sequence} is not the one that a seal saw.",
    Fault.LACKING_SEAL: "No entry has the hash {seen}, which you saw: the trail was rewritten, or "
                        "this is an older backup.",
}


@dataclass(frozen=True)
class Broken:
    """The first broken entry: what is wrong, and where."""

    fault: Fault
    sequence: int | None = None
    seen: str | None = None

    @property
    def sentence(self) -> str:
        """What is wrong, in plain English."""
        return SENTENCES[self.fault].format(**asdict(self))


@dataclass(frozen=True)
class Verdict:
    """How much was looked at, the newest hash, and the first broken entry if there is one."""

    entries: int
    seals: int
    newest: str
    broken: Broken | None


# Each gives at most one row: the database does the walking. The first entry that is looked at is
# held to be linked when it is the one that a seal saw; the seals are asked for that.
_CHAIN = text("""
    select case when sequence <> expected then 'missing_entry'
                when previous_hash <> before then 'broken_link'
                else 'changed_entry' end as fault,
           least(sequence, expected) as sequence
      from (select entry.sequence, entry.previous_hash, entry.hash,
                   coalesce(lag(entry.sequence) over chain, :first - 1) + 1 as expected,
                   coalesce(lag(entry.hash) over chain,
                            case when :first = 1 then '' else entry.previous_hash end) as before,
                   chain_hash(entry.previous_hash, audit_payload(entry)) as computed
              from audit_entries entry where entry.sequence >= :first
            window chain as (order by entry.sequence)) walked
     where sequence <> expected or previous_hash <> before or hash <> computed
     order by walked.sequence limit 1
""")
_SEALS = text("""
    select case when entry.id is null then 'missing_tail' else 'replaced_entry' end as fault,
           seal.sequence
      from audit_seals seal left join audit_entries entry on entry.sequence = seal.sequence
     where entry.id is null or entry.hash <> seal.hash
     order by seal.sequence limit 1
""")


_HOLE = text("""
    select 'missing_entry' as fault, min(wanted.sequence) as sequence
      from generate_series(1, :last) wanted(sequence)
     where (select count(*) from audit_entries where sequence <= :last) <> :last
       and not exists (select from audit_entries entry where entry.sequence = wanted.sequence)
    having min(wanted.sequence) is not null
""")


def verify_audit(seen: Collection[str] = ()) -> Verdict:
    """Walk the whole trail. Reads only; takes no locks.

    `seen` are hashes, or beginnings of them in hex, that a log elsewhere has: each must be there.
    """
    entries = db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    seals = db.session.scalar(select(func.count()).select_from(AuditSeal)) or 0
    newest = db.session.scalar(
        select(AuditEntry.hash).order_by(AuditEntry.sequence.desc()).limit(1)
    )
    broken = _first(_CHAIN, first=1) or _first(_SEALS) or _lacking(seen)
    return Verdict(entries, seals, newest or "", broken)


def verify_new_audit() -> Broken | None:
    """Walk the trail from its newest seal on; the first fault, or None. Reads only.

    Of what is older: whether every entry that any seal saw is there with its hash, and whether
    none is missing. What was changed in an older entry, with its hash left as it was, only
    `verify_audit` sees, for it alone makes every hash again.
    """
    last = db.session.scalar(select(func.max(AuditSeal.sequence))) or 0
    return _first(_SEALS) or _first(_HOLE, last=last) or _first(_CHAIN, first=max(last, 1))


def _first(question: TextClause, **values: int) -> Broken | None:
    found = db.session.execute(question, values).one_or_none()
    return Broken(Fault(found.fault), sequence=found.sequence) if found else None


def _lacking(seen: Collection[str]) -> Broken | None:
    for beginning in seen:
        query = select(AuditEntry.id).where(AuditEntry.hash.startswith(beginning)).limit(1)
        if db.session.scalar(query) is None:
            return Broken(Fault.LACKING_SEAL, seen=beginning)
    return None
