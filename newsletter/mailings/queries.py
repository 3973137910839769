"""Reads of mailings: the list, one mailing's progress and its closing ledger."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import DateTime, cast, func, literal, null, select, text, union_all

from newsletter.deliveries.models import OPEN, Delivery, DeliveryStatus, SkipReason
from newsletter.deliveries.past_models import PastOutcome
from newsletter.errors import NotFound
from newsletter.extensions import db
from newsletter.mailings.closed_models import ClosedLedger
from newsletter.mailings.edition_page import EditionPage, read_page
from newsletter.mailings.models import Block, Mailing, MailingStatus, Manifest, Variant
from newsletter.mailings.start import RECIPIENTS

LATELY = timedelta(minutes=3)  # over which the rate is taken


@dataclass(frozen=True)
class Progress:
    """Where every recipient of a mailing stands; the sum is the promise (R22)."""

    recipients: int
    by_status: Mapping[DeliveryStatus, int]
    skipped: Mapping[SkipReason, int]
    failed: Mapping[str, int]  # by the relay's code
    unclear_copies: int  # how often a delivery became unclear: at most so many second copies
    same_recipients: bool  # the hash of ids is still the frozen one, as far as it was asked for
    same_outcomes: bool = True  # they are still those that were kept when the ledger closed
    is_finished: bool = False  # so that nothing may be open
    recipients_hash: str | None = None  # of the ids as they were found, where it was asked for
    # Of the last minutes: how many were sent, and since when, in this time; none were, or they are
    # too few to tell.
    sent_lately: int = 0
    lately_since: datetime | None = None
    # When the first and the last of those that were put off are due again.
    again_from: datetime | None = None
    again_until: datetime | None = None

    @property
    def sent(self) -> int:
        """Recipients whose mail the relay took."""
        return self.by_status.get(DeliveryStatus.SENT, 0)

    @property
    def failures(self) -> int:
        """Recipients whose mail was refused or could not be made."""
        return self.by_status.get(DeliveryStatus.FAILED, 0)

    @property
    def skips(self) -> int:
        """Recipients to whom nothing was owed any more."""
        return self.by_status.get(DeliveryStatus.SKIPPED, 0)

    @property
    def open(self) -> int:
        """Recipients still to go."""
        return sum(self.by_status.get(status, 0) for status in OPEN)

    @property
    def closes(self) -> bool:
        """Whether recipients as frozen = sent + failed + skipped + open, by number and by id.

        What is over must also be as it was: nothing that has ended ends in another way. And what
        is finished has nothing open, or it would not have been closed.
        """
        return self.same_recipients and self.same_outcomes and not self.still_open and (
            self.recipients == self.sent + self.failures + self.skips + self.open
        )

    @property
    def still_open(self) -> bool:
        """Whether something is open although the mailing is finished."""
        return self.is_finished and self.open > 0


def get_mailing(key: str) -> Mailing:
    """The mailing with this key. Raises NotFound."""
    found: Mailing | None = db.session.scalar(select(Mailing).where(Mailing.key == key))
    if found is None:
        raise NotFound(f"mailing {key}")
    return found


def keys_of(mailing_ids: Collection[int]) -> dict[int, str]:
    """The keys of these mailings, by their ids."""
    rows = db.session.execute(select(Mailing.id, Mailing.key).where(Mailing.id.in_(mailing_ids)))
    return dict(rows.tuples().all())


def find_mailing_of_edition(edition_id: int) -> Mailing | None:
    """The mailing that carries an edition out."""
    return db.session.scalar(select(Mailing).where(Mailing.edition_id == edition_id))


def list_mailings(limit: int = 100) -> list[Mailing]:
    """The newest mailings first."""
    return list(db.session.scalars(select(Mailing).order_by(Mailing.id.desc()).limit(limit)))


def progress(mailing: Mailing) -> Progress:
    """The ledger of one mailing as it stands now, by its rows alone: counted, hashed, and compared
    with what was kept of it when it closed.
    """
    # First: of what is kept the rows move no more, and what is kept meanwhile is not compared with
    # rows that were counted while they moved.
    kept = db.session.get(ClosedLedger, mailing.id)
    counted = count_now(mailing)
    _, ids_hash = db.session.execute(RECIPIENTS, {"mailing_id": mailing.id}).one()
    return replace(
        counted,
        recipients_hash=ids_hash,
        same_recipients=mailing.recipients_hash in (None, ids_hash),
        same_outcomes=kept is None or _is_as_kept(counted, ids_hash, kept),
    )


def _is_as_kept(found: Progress, ids_hash: str, kept: ClosedLedger) -> bool:
    """Codes aside, which deliveries lose after thirteen months (P07)."""
    return (found.sent, found.failures, found.skipped, found.unclear_copies, ids_hash) == (
        kept.sent, sum(kept.failed.values()), kept.skipped, kept.unclear_copies,
        kept.recipients_hash) and not found.open


def count_now(mailing: Mailing) -> Progress:
    """The ledger of one mailing as it stands now, by number alone: in one statement.

    What was sent in the last minutes is counted along, by the clock of the database.
    """
    lately = Delivery.sent_at > func.clock_timestamp() - LATELY
    is_put_off = Delivery.status == DeliveryStatus.DEFERRED
    ends = (Delivery.status, Delivery.skip_reason, Delivery.reply_code)
    present = (
        select(*ends, func.count(), func.sum(Delivery.unclear_count),
               func.count().filter(lately), func.min(Delivery.sent_at).filter(lately),
               func.min(Delivery.due_at).filter(is_put_off),
               func.max(Delivery.due_at).filter(is_put_off))
        .where(Delivery.mailing_id == mailing.id)
        .group_by(*ends)
    )
    # What is left of it when its partition was dropped.
    past = select(
        PastOutcome.status, PastOutcome.skip_reason, PastOutcome.reply_code,
        PastOutcome.deliveries, PastOutcome.unclear_copies,
        literal(0), cast(null(), DateTime(timezone=True)), cast(null(), DateTime(timezone=True)),
        cast(null(), DateTime(timezone=True)),
    ).where(PastOutcome.mailing_id == mailing.id)
    rows: Sequence[Any] = db.session.execute(union_all(present, past)).all()
    by_status: dict[DeliveryStatus, int] = {}
    skipped: dict[SkipReason, int] = {}
    failed: dict[str, int] = {}
    for status, reason, code, count, *_ in rows:
        by_status[status] = by_status.get(status, 0) + count
        if reason is not None:
            skipped[reason] = skipped.get(reason, 0) + count
        if status is DeliveryStatus.FAILED:
            failed[code or "?"] = failed.get(code or "?", 0) + count
    return Progress(
        recipients=mailing.recipients or 0,
        by_status=by_status,
        skipped=skipped,
        failed=failed,
        unclear_copies=int(sum(row[4] or 0 for row in rows)),
        same_recipients=True,
        is_finished=mailing.status is MailingStatus.FINISHED,
        sent_lately=sum(row[5] for row in rows),
        lately_since=min((row[6] for row in rows if row[6]), default=None),
        again_from=min((row[7] for row in rows if row[7]), default=None),
        again_until=max((row[8] for row in rows if row[8]), default=None),
    )


class Written(NamedTuple):
    """What of a variant is written into its mails; blocks by their positions in the manifest."""

    id: int
    manifest_id: int
    language: str
    subject: str
    preheader: str
    why: str
    html_blocks: Sequence[int]
    text_blocks: Sequence[int]


_VARIANTS_WRITTEN = text("""
    select id, manifest_id, language, subject, preheader, why, html_blocks, text_blocks
      from variants where id = any(cast(:ids as bigint[]))
""")


def get_variant(variant_id: int) -> Written:
    """What this variant says. Raises NotFound."""
    found = variants_written([variant_id])
    if not found:
        raise NotFound(f"variant {variant_id}")
    return found[0]


def variants_written(variant_ids: Collection[int]) -> list[Written]:
    """These variants, as far as they are there: in one statement, and none kept in the session."""
    # In plain words, for they are read with every claim.
    rows = db.session.execute(_VARIANTS_WRITTEN, {"ids": list(variant_ids)})
    return [Written._make(row) for row in rows]


def find_variant(manifest_id: int, selection_key: str) -> Variant | None:
    """The variant of a manifest for one selection."""
    return db.session.scalar(
        select(Variant).where(
            Variant.manifest_id == manifest_id, Variant.selection_key == selection_key
        )
    )


def block_bodies(manifest_id: int, positions: Sequence[int]) -> list[bytes]:
    """The encoded blocks at these positions of a manifest, in the order asked."""
    rows = db.session.execute(
        select(Block.position, Block.body).where(
            Block.manifest_id == manifest_id, Block.position.in_(positions)
        )
    )
    bodies = dict(rows.tuples().all())
    return [bodies[position] for position in positions]


def all_blocks(manifest_id: int) -> dict[int, bytes]:
    """Every encoded block of a manifest, by its position."""
    rows = db.session.execute(
        select(Block.position, Block.body).where(Block.manifest_id == manifest_id)
    )
    return dict(rows.tuples().all())


def newest_manifest(edition_id: int) -> Manifest | None:
    """The content under which an edition was sent, if it was."""
    return db.session.scalar(
        select(Manifest)
        .join(Mailing, Mailing.manifest_id == Manifest.id)
        .where(Mailing.edition_id == edition_id)
    )


def get_manifest(manifest_id: int) -> Manifest:
    """The frozen content with this id. Raises NotFound."""
    found = db.session.get(Manifest, manifest_id)
    if found is None:
        raise NotFound(f"manifest {manifest_id}")
    return found


def short_texts(manifest_id: int) -> dict[str, tuple[str, str]]:
    """The subject and the preheader of each variant, by its selection key."""
    rows = db.session.execute(
        select(Variant.selection_key, Variant.subject, Variant.preheader).where(
            Variant.manifest_id == manifest_id
        )
    )
    return {key: (subject, preheader) for key, subject, preheader in rows}


def pages_sent(edition_ids: Collection[int]) -> dict[int, EditionPage]:
    """What was frozen of the pages of these editions with what they were sent under, by their ids.

    Without those that were not sent by us, or before pages were frozen.
    """
    rows = db.session.execute(
        select(Mailing.edition_id, Manifest.page)
        .join(Manifest, Mailing.manifest_id == Manifest.id)
        .where(Mailing.edition_id.in_(edition_ids), Manifest.page.is_not(None)))
    return {edition_id: read_page(page) for edition_id, page in rows}


def find_page(manifest_id: int) -> EditionPage | None:
    """What was frozen of an edition's page with this content, if it was."""
    page = db.session.scalar(select(Manifest.page).where(Manifest.id == manifest_id))
    return read_page(page) if page is not None else None


def hashes_of(manifest_ids: Collection[int]) -> dict[int, str]:
    """The hashes of these manifests, by their ids."""
    rows = db.session.execute(select(Manifest.id, Manifest.hash)
                              .where(Manifest.id.in_(manifest_ids)))
    return dict(rows.tuples().all())
