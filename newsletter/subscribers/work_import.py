"""Work on an import, some rows at a time: judge them, or make readers of those that may be."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from newsletter import addresses, clock
from newsletter.extensions import db
from newsletter.subscribers import choices as chosen
from newsletter.subscribers import details as said
from newsletter.subscribers.import_models import (
    ImportRow,
    ImportStatus,
    ReaderImport,
    Verdict,
)
from newsletter.subscribers.judge_import import judge
from newsletter.subscribers.models import (
    ConsentAct,
    Subscriber,
    Subscription,
    SubscriptionStatus,
)
from newsletter.subscribers.read_row import Row
from newsletter.subscribers.record_consent import Proof, record_consent
from newsletter.subscribers.wordings import imported_wording
from newsletter.tokens import Signer

MEANS = "import"


def work_import(import_id: int, *, at_most: int, signer: Signer, now: datetime) -> bool:
    """Whether there is more to do for this call's caller, which repeats it.

    One worker at a time: another finds the import locked and goes. Each call is whole by itself,
    so that one that is killed loses nothing and doubles nothing.
    """
    found = db.session.scalar(
        select(ReaderImport).where(ReaderImport.id == import_id)
        .with_for_update(skip_locked=True).execution_options(populate_existing=True)
    )
    if found is None or found.status not in (ImportStatus.JUDGING, ImportStatus.CARRYING_OUT):
        return False
    if found.status is ImportStatus.JUDGING:
        return _judge(found, at_most=at_most, signer=signer, now=now)
    return _carry_out(found, at_most=at_most, signer=signer, now=now)


def _judge(found: ReaderImport, *, at_most: int, signer: Signer, now: datetime) -> bool:
    rows = db.session.scalars(
        select(ImportRow).where(ImportRow.import_id == found.id, ImportRow.verdict.is_(None))
        .order_by(ImportRow.number).limit(at_most)
    ).all()
    if not rows:
        found.status = ImportStatus.JUDGED
        return False
    today = clock.local(now).date()
    for row, its in zip(rows, judge(found, rows, signer=signer, today=today), strict=True):
        row.verdict, row.detail = its.verdict, its.detail
    db.session.flush()
    return True


def _carry_out(found: ReaderImport, *, at_most: int, signer: Signer, now: datetime) -> bool:
    rows = db.session.scalars(
        select(ImportRow).where(
            ImportRow.import_id == found.id, ImportRow.verdict == Verdict.TAKEN,
            ImportRow.subscriber_id.is_(None),
        ).order_by(ImportRow.number).limit(at_most).with_for_update()
    ).all()
    if not rows:
        _finish(found, now=now)
        return False
    # Judged once more: who left, complained or signed up since the first time stays as she is.
    today = clock.local(now).date()
    for row, its in zip(rows, judge(found, rows, signer=signer, today=today), strict=True):
        row.verdict, row.detail = its.verdict, its.detail
        if its.row is not None and its.verdict is Verdict.TAKEN:
            row.subscriber_id = _add(its.row, found.id, now=now)
            if row.subscriber_id is None:
                row.verdict = Verdict.ALREADY
    db.session.flush()
    return True


def _add(row: Row, import_id: int, *, now: datetime) -> int | None:
    """The number of the new reader; None for an address that became a reader's this instant."""
    new_id = db.session.scalar(
        insert(Subscriber)
        .values(address=row.address, identity=addresses.identity_of(row.address),
                mailbox=addresses.mailbox_of(row.address), created_at=now)
        .on_conflict_do_nothing(index_elements=[Subscriber.identity])
        .returning(Subscriber.id)
    )
    if new_id is None:
        return None
    # What is due to her begins now: she never waited for what came out before.
    subscription = Subscription(
        subscriber_id=new_id, status=SubscriptionStatus.ACTIVE, asked_at=now, confirmed_at=now,
        receives_editions=row.choices.receives_editions, cadence=row.choices.cadence,
        language=row.choices.language, format=row.choices.format, confirm_nonce=0,
    )
    db.session.add(subscription)
    db.session.flush()
    chosen.store(row.choices, subscription, now=now)
    said.store(row.details, subscription.subscriber)
    wording = imported_wording(row.given.wording, language=row.choices.language, now=now)
    proof = Proof(
        MEANS, f"import:{import_id}", wording_id=wording.id,
        given={"source": row.given.source, "given_on": row.given.given_on.isoformat()},
    )
    record_consent(subscription, ConsentAct.GIVEN, proof=proof, now=now)
    return int(new_id)


def _finish(found: ReaderImport, *, now: datetime) -> None:
    """The import is done, and no address of its rows stays."""
    db.session.execute(
        update(ImportRow).where(ImportRow.import_id == found.id)
        .values(address=None, identity=None, cells=None)
        .execution_options(synchronize_session=False)
    )
    found.status, found.ended_at = ImportStatus.DONE, now
