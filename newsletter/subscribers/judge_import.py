"""Judge rows of an import: what would become of each, as things stand now; writes no reader."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import aliased

from newsletter.catalogue.queries import Named, followed_by_name
from newsletter.deliveries.suppress import GRAVITY, SuppressionReason, reasons_of
from newsletter.errors import BadAddress, BadInput
from newsletter.extensions import db
from newsletter.subscribers.import_models import ImportRow, ReaderImport, Verdict
from newsletter.subscribers.models import Subscriber, Subscription, SubscriptionStatus
from newsletter.subscribers.read_import import Column
from newsletter.subscribers.read_row import Row, read_row
from newsletter.tokens import Signer

PROOF = (Column.SOURCE, Column.GIVEN_ON, Column.WORDING)
_STANDING = {
    SubscriptionStatus.ACTIVE: Verdict.ALREADY,
    SubscriptionStatus.PENDING: Verdict.PENDING,
    SubscriptionStatus.ENDED: Verdict.OPTED_OUT,
}
_SUPPRESSED = {
    SuppressionReason.HARD_BOUNCE: Verdict.BOUNCED,
    SuppressionReason.COMPLAINT: Verdict.COMPLAINED,
    SuppressionReason.NEVER_AGAIN: Verdict.NEVER_AGAIN,
}


@dataclass(frozen=True)
class Judged:
    """A verdict, the column or rule that it is about, and the row when it is to be taken."""

    verdict: Verdict
    detail: str = ""
    row: Row | None = None


def judge(
    found: ReaderImport, rows: Sequence[ImportRow], *, signer: Signer, today: date
) -> list[Judged]:
    """The verdict on each row, in their order; `today` is a day in the Netherlands.

    What says no to us goes before what is only wrong in the file: a complaint is told as such also
    where the proof is missing. Few statements, however many rows.
    """
    names = followed_by_name()
    read = [_read(row, found, names, today) for row in rows]
    hashes = {row.number: signer.address_hashes(row.identity or "") for row in rows}
    every = [each for of_row in hashes.values() for each in of_row]
    suppressed = reasons_of(every)
    # In this order: who is forgotten meanwhile is seen by the second, if no more by the first.
    standing = _standing([row.identity for row in rows if row.identity])
    former = _former(every)
    doubles = _doubles(found.id, [row.number for row in rows])
    judged = []
    for row, its in zip(rows, read, strict=True):
        reasons = [suppressed[each] for each in hashes[row.number] if each in suppressed]
        if its.verdict is Verdict.BAD_ADDRESS:
            judged.append(its)
        elif reasons:
            judged.append(Judged(_SUPPRESSED[max(reasons, key=GRAVITY.index)]))
        elif row.identity in standing:
            judged.append(Judged(_STANDING[standing[row.identity]]))
        elif former.intersection(hashes[row.number]):
            judged.append(Judged(Verdict.OPTED_OUT))
        elif row.number in doubles:
            judged.append(Judged(Verdict.DOUBLE))
        else:
            judged.append(its)
    return judged


def _read(
    row: ImportRow, found: ReaderImport, names: Mapping[str, Named], today: date
) -> Judged:
    defaults = {name.value: str(found.proof.get(name) or "") for name in PROOF}
    try:
        read = read_row(row.cells or {}, defaults, themes=names, today=today)
    except BadAddress as fault:
        return Judged(Verdict.BAD_ADDRESS, fault.reason)
    except BadInput as fault:
        verdict = Verdict.MISSING_PROOF if fault.field in PROOF else Verdict.BAD_CELL
        return Judged(verdict, f"{fault.field}:{fault.reason}")
    return Judged(Verdict.TAKEN, f"{Column.THEMES}:inherited" if read.past_themes else "", read)


def _standing(identities: Sequence[str]) -> dict[str | None, SubscriptionStatus]:
    rows = db.session.execute(
        select(Subscriber.identity, Subscription.status)
        .join(Subscription, Subscription.subscriber_id == Subscriber.id)
        .where(Subscriber.identity.in_(identities))
    )
    return {row[0]: row[1] for row in rows}


def _former(hashes: Sequence[str]) -> set[str | None]:
    """Those of who left so long ago that only the hash is kept."""
    return set(db.session.scalars(
        select(Subscriber.former_hash).where(Subscriber.former_hash.in_(hashes))
    ))


def _doubles(import_id: int, numbers: Sequence[int]) -> set[int]:
    """Rows whose address stands in an earlier row of the same file."""
    earlier = aliased(ImportRow)
    same = and_(earlier.import_id == ImportRow.import_id,
                earlier.identity == ImportRow.identity, earlier.number < ImportRow.number)
    return set(db.session.scalars(
        select(ImportRow.number).where(
            ImportRow.import_id == import_id, ImportRow.number.in_(numbers),
            exists().where(same),
        )
    ))
