"""Verify the ledger of consent: every wording, every chain and every seal, and what is wrong."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import TextClause, func, select, text

from newsletter.extensions import db
from newsletter.subscribers.consent_models import ConsentSeal
from newsletter.subscribers.models import Consent
from newsletter.subscribers.seal_consents import CONTENT


class Fault(StrEnum):
    """What is wrong with an entry."""

    CHANGED_WORDING = "changed_wording"
    MISSING_ENTRY = "missing_entry"
    BROKEN_LINK = "broken_link"
    CHANGED_ENTRY = "changed_entry"
    MISSING_TAIL = "missing_tail"
    REPLACED_ENTRY = "replaced_entry"
    CHANGED_SEAL = "changed_seal"
    MISSING_SEAL = "missing_seal"
    LACKING_SEAL = "lacking_seal"


SENTENCES = {
    Fault.CHANGED_WORDING: "Wording {wording_id}: its text is not the text of its hash.",
    Fault.MISSING_ENTRY: "Subscriber {subscriber_id}: there is no entry {sequence}, and there are "
                         "later ones.",
    Fault.BROKEN_LINK: "Subscriber {subscriber_id}, entry {sequence}: it does not continue the "
                       "entry before it.",
    Fault.CHANGED_ENTRY: "Subscriber {subscriber_id}, entry {sequence}: its content, or the "
                         "wording it names, was changed since it was written.",
    Fault.MISSING_TAIL: "Subscriber {subscriber_id}: seal {seal_id} saw entry {sequence}, which "
                        "is gone.",
    Fault.REPLACED_ENTRY: "Subscriber {subscriber_id}, entry {sequence}: it is not the one that "
                          "seal {seal_id} saw.",
    Fault.CHANGED_SEAL: "Seal {seal_id}: it, or what it lists, was changed since it was made.",
    Fault.MISSING_SEAL: "Seal {seal_id}: it does not continue the seal before it; one is gone or "
                        "was changed.",
    Fault.LACKING_SEAL: "No seal has the hash {seen}, which you saw: chains and seals were "
                        "rewritten, or this is an older backup.",
}


@dataclass(frozen=True)
class Broken:
    """The first broken entry: what is wrong, and where."""

    fault: Fault
    subscriber_id: int | None = None
    sequence: int | None = None
    seal_id: int | None = None
    wording_id: int | None = None
    seen: str | None = None

    @property
    def sentence(self) -> str:
        """What is wrong, in plain English."""
        return SENTENCES[self.fault].format(**asdict(self))


@dataclass(frozen=True)
class Verdict:
    """How much was looked at, and the first broken entry if there is one."""

    entries: int
    subscribers: int
    seals: int
    broken: Broken | None


# Each gives at most one row whose columns are fields of Broken: the database does the walking, so
# that a million entries take no memory here.
_WORDINGS = text("""
    select 'changed_wording' as fault, id as wording_id from consent_wordings
     where sha256 <> encode(sha256(convert_to(text, 'UTF8')), 'hex') order by id limit 1
""")
_CHAIN = """
    select case when sequence <> expected then 'missing_entry'
                when previous_hash <> before then 'broken_link'
                else 'changed_entry' end as fault,
           subscriber_id,
           least(sequence, expected) as sequence
      from (select consents.subscriber_id, consents.sequence, consents.previous_hash,
                   consents.hash,
                   coalesce(lag(consents.sequence) over chain, 0) + 1 as expected,
                   coalesce(lag(consents.hash) over chain, '') as before,
                   chain_hash(consents.previous_hash, consent_payload(consents)) as computed
              from consents{whose}
            window chain as (partition by consents.subscriber_id order by consents.sequence)) entry
     where sequence <> expected or previous_hash <> before or hash <> computed
     order by entry.subscriber_id, entry.sequence limit 1
"""
_CHAINS = text(_CHAIN.format(whose=""))
_ONE_CHAIN = text(_CHAIN.format(whose=" where consents.subscriber_id = :id"))
_HEAD = """
    select case when entry.id is null then 'missing_tail' else 'replaced_entry' end as fault,
           head.subscriber_id, head.sequence, head.seal_id
      from consent_seal_heads head
      left join consents entry
        on entry.subscriber_id = head.subscriber_id and entry.sequence = head.sequence
     where (entry.id is null or entry.hash <> head.hash){whose}
     order by head.seal_id, head.subscriber_id limit 1
"""
_HEADS = text(_HEAD.format(whose=""))
_ONES_HEADS = text(_HEAD.format(whose=" and head.subscriber_id = :id"))
_SEALS = text(f"""
    select case when previous_hash <> before then 'missing_seal' else 'changed_seal' end as fault,
           id as seal_id
      from (select id, at, entries, previous_hash, hash,
                   coalesce(lag(hash) over (order by id), '') as before from consent_seals) seal
     where previous_hash <> before
        or entries <> (select count(*) from consent_seal_heads where seal_id = seal.id)
        or hash <> chain_hash(previous_hash, (
               {CONTENT} from consent_seal_heads head where head.seal_id = seal.id))
     order by id limit 1
""")  # noqa: S608  (constants)


def verify_consents() -> Verdict:
    """Walk the whole ledger; the verdict names the first entry that is not as it was written.

    Entries added after the newest seal can only be told from forged ones by their chain; removing
    them again cannot be seen until a seal covers them. Reads only; takes no locks.
    """
    entries, subscribers = db.session.execute(
        select(func.count(), func.count(Consent.subscriber_id.distinct())).select_from(Consent)
    ).one()
    seals = db.session.scalar(select(func.count()).select_from(ConsentSeal)) or 0
    broken = None
    for question in (_WORDINGS, _CHAINS, _HEADS, _SEALS):
        broken = broken or _first(question)
    return Verdict(entries, subscribers, seals, broken)


def verify_chain_of(subscriber_id: int) -> Broken | None:
    """Walk one reader's entries; the first that is not as it was written, or None. Reads only.

    Seals are asked whether they saw other entries of hers, and not whether they are whole.
    """
    return _first(_ONE_CHAIN, id=subscriber_id) or _first(_ONES_HEADS, id=subscriber_id)


def find_lacking_seal(seen: Collection[str]) -> Broken | None:
    """The first hash (or its beginning, in hex) that the log has and no seal in the database.

    Who rewrote a chain and all seals after it cannot rewrite a log that stands elsewhere.
    """
    for beginning in seen:
        query = select(ConsentSeal.id).where(ConsentSeal.hash.startswith(beginning))
        if db.session.scalar(query.limit(1)) is None:
            return Broken(Fault.LACKING_SEAL, seen=beginning)
    return None


def _first(question: TextClause, **values: int) -> Broken | None:
    found: Any = db.session.execute(question, values).mappings().one_or_none()
    return Broken(**{**found, "fault": Fault(found["fault"])}) if found else None
