"""Ask approval: freeze an edition's mail, and let a second person say whether it may leave."""

from datetime import datetime

from newsletter.editions.approval_models import Approval
from newsletter.editions.approval_queries import find_open
from newsletter.editions.change import lock
from newsletter.editions.content import missing_for_sending
from newsletter.editions.correction_lines import lines_of
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.void_changed import void_changed
from newsletter.errors import EditionNotReady, WrongState
from newsletter.extensions import db
from newsletter.mailings.contents import CompiledManifest
from newsletter.mailings.freeze import freeze


def ask_approval(
    edition: Edition,
    compiled: CompiledManifest,
    *,
    asked_by: int,
    now: datetime,
    is_correction: bool = False,
) -> Approval:
    """Ask a second person to approve these bytes; `compiled` is the edition as it stands now.

    An approval of other bytes that was open is voided first. `is_correction` says that the
    caller judged that an edition in mid-send may be corrected: only then a published one may be
    asked for. Raises EditionNotReady when it misses something, WrongState `published` (or
    `not_published` for a correction), `waiting` when the same is asked already, `approved` when
    it was given.
    """
    lock(edition)
    if (edition.status is EditionStatus.PUBLISHED) is not is_correction:
        raise WrongState("not_published" if is_correction else "published")
    missing = missing_for_sending(edition)
    if missing:
        raise EditionNotReady(missing)
    void_changed(edition, compiled, now=now)
    present = find_open(edition.id, lock=True)
    if present is not None:
        raise WrongState("waiting" if present.is_waiting else "approved")
    manifest = freeze(compiled, edition_id=edition.id, now=now)
    line = lines_of(edition)
    approval = Approval(edition_id=edition.id, manifest_id=manifest.id, line_nl=line.nl,
                        line_en=line.en, asked_by=asked_by, asked_at=now, note="")
    db.session.add(approval)
    db.session.flush()
    return approval
