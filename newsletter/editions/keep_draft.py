"""Keep what somebody typed for an edition and did not save; the edition itself stays as it is."""

from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from newsletter.articles.drafts import is_control
from newsletter.editions.compose import Texts, tidy
from newsletter.editions.draft_models import LONGEST_LINE, LONGEST_TEXT, EditionDraft
from newsletter.editions.models import Edition, EditionStatus
from newsletter.errors import BadInput, WrongState
from newsletter.extensions import db

KEPT = timedelta(days=30)
LONGEST_BASE = 64


def keep_draft(
    edition: Edition, texts: Texts, *, account_id: int, revision: int, base: str, now: datetime
) -> None:
    """Keep the texts for this person alone, in the place of what was kept before.

    They may have faults that a save would refuse, save for their length: raises BadInput at the
    field that is far too long. Raises WrongState when the edition has left.
    """
    if edition.status is EditionStatus.PUBLISHED:
        raise WrongState("published")
    typed = {name: _plain(text) for name, text in asdict(texts).items()}
    for name, text in typed.items():
        if len(text) > (LONGEST_TEXT if name == "editorial_md" else LONGEST_LINE):
            raise BadInput(name, "too_long")
    kept = {**typed, "revision": max(revision, 0), "base": base[:LONGEST_BASE], "kept_at": now}
    db.session.execute(
        insert(EditionDraft)
        .values(edition_id=edition.id, account_id=account_id, **kept)
        .on_conflict_do_update(index_elements=["edition_id", "account_id"], set_=kept)
    )


def find_draft(edition: Edition, *, account_id: int) -> EditionDraft | None:
    """What this person typed and did not save, when it is not what stands there."""
    found = db.session.scalar(
        select(EditionDraft)
        .where(EditionDraft.edition_id == edition.id, EditionDraft.account_id == account_id)
        .execution_options(populate_existing=True)
    )
    is_same = found is None or base_of(texts_in(found)) == base_of(texts_of(edition))
    return None if is_same else found


def drop_draft(edition: Edition, *, account_id: int) -> None:
    """Forget what this person typed: it was saved, or thrown away."""
    db.session.execute(
        delete(EditionDraft)
        .where(EditionDraft.edition_id == edition.id, EditionDraft.account_id == account_id)
        .execution_options(synchronize_session=False)
    )


def forget_drafts(*, now: datetime) -> int:
    """How many were taken away: those that nobody came back to for thirty days."""
    gone = db.session.execute(
        delete(EditionDraft).where(EditionDraft.kept_at < now - KEPT)
        .execution_options(synchronize_session=False)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]


def texts_of(edition: Edition) -> Texts:
    """The texts as they stand."""
    return Texts(edition.title, edition.subject, edition.preheader, edition.editorial_md)


def texts_in(draft: EditionDraft) -> Texts:
    """The texts as they were typed."""
    return Texts(draft.title, draft.subject, draft.preheader, draft.editorial_md)


def base_of(texts: Texts) -> str:
    """What tells whether texts are still those that a writer had before her (SHA-256)."""
    return sha256("\0".join(asdict(tidy(texts)).values()).encode()).hexdigest()


def _plain(text: str) -> str:
    """The text with line feeds, and without what steers instead of being read."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in lines if letter in "\n\t" or not is_control(letter))
