"""Make a correction of an edition whose mailing is paused: open it, write it, drop it, adopt it.

Its texts wait in the correction: the edition changes when the corrected mail leaves, so that nobody
reads on the site what no second person approved. Its articles are those of the edition, and their
words those of the store; none comes in and none goes out in mid-send.
"""

from dataclasses import replace
from datetime import datetime

from newsletter.editions.approval_models import Approval
from newsletter.editions.approval_queries import find_open
from newsletter.editions.change import lock
from newsletter.editions.compose import Texts, faults, tidy
from newsletter.editions.content import content_of, missing_for_sending
from newsletter.editions.models import Edition
from newsletter.editions.note_hand import note_hand
from newsletter.editions.withdraw_approval import withdraw_approval
from newsletter.errors import BadInput, EditionNotReady, WrongState
from newsletter.extensions import db
from newsletter.mailings.contents import EditionContent
from newsletter.mailings.correction_models import MOST_CORRECTIONS, Correction
from newsletter.mailings.correction_queries import (
    corrections_of,
    dropped_of,
    find_open_correction,
    reach_of,
)
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.owe_notice import checked_line
from newsletter.mailings.pause import lock_mailing
from newsletter.mailings.queries import find_mailing_of_edition


def open_correction(
    edition: Edition, mailing: Mailing, *, by: int, now: datetime, begin_with: int | None = None
) -> Correction:
    """The correction of a paused mailing, beginning with the texts as they were sent.

    Or with those of the dropped one with the id `begin_with`, so that its work is not lost. One
    that is open already is that one, unless other texts were asked for (`begun_meanwhile`). `by` is
    an account's id. Raises WrongState when the mailing is not paused (`not_paused`), when nobody is
    left who could get another text (`nobody_left`), after too many (`too_many`), and when no such
    one was dropped since the last that was carried out (`not_dropped`).
    """
    lock(edition)
    mailing = lock_mailing(mailing.id)
    if mailing.status is not MailingStatus.PAUSED or mailing.edition_id != edition.id:
        raise WrongState("not_paused")
    found = find_open_correction(mailing.id)
    if found is not None:
        if begin_with is not None:
            raise WrongState("begun_meanwhile")
        return found
    if not reach_of(mailing.id).may_get_new:
        raise WrongState("nobody_left")
    if len(corrections_of(mailing.id)) >= MOST_CORRECTIONS:
        raise WrongState("too_many")
    texts: Edition | Correction = edition
    text_nl = text_en = ""
    if begin_with is not None:
        dropped = next((one for one in dropped_of(mailing.id) if one.id == begin_with), None)
        if dropped is None:
            raise WrongState("not_dropped")
        texts, text_nl, text_en = dropped, dropped.text_nl, dropped.text_en
    made = Correction(
        mailing_id=mailing.id, title=texts.title, subject=texts.subject,
        preheader=texts.preheader, editorial_md=texts.editorial_md,
        text_nl=text_nl, text_en=text_en, opened_at=now, opened_by=by,
    )
    db.session.add(made)
    db.session.flush()
    return made


def write_correction(
    edition: Edition,
    correction: Correction,
    texts: Texts,
    *,
    text_nl: str,
    text_en: str,
    revision: int,
    by: int,
    now: datetime,
) -> None:
    """Keep the corrected texts, and the line that those who were served read, in two languages.

    Whoever does (`by`, an account's id) cannot approve it. Raises BadInput at the field that
    cannot be taken, or at `revision` when someone saved in between; WrongState when it was
    carried out or dropped meanwhile.
    """
    lock(edition)  # before its correction, as whoever drops or carries one out does
    texts = tidy(texts)
    found = faults(texts)
    for field in ("title", "subject"):
        if not getattr(texts, field):
            found.setdefault(field, "empty")
    for field, reason in found.items():
        raise BadInput(field, reason)
    text_nl = checked_line("text_nl", text_nl)
    text_en = checked_line("text_en", text_en) if text_en.strip() else ""
    hold_correction(correction)
    if correction.revision != revision:
        raise BadInput("revision", "saved_meanwhile")
    correction.title, correction.subject = texts.title, texts.subject
    correction.preheader, correction.editorial_md = texts.preheader, texts.editorial_md
    correction.text_nl, correction.text_en = text_nl, text_en
    correction.revision += 1
    note_hand(edition, by, now=now)
    db.session.flush()


def drop_correction(edition: Edition, *, now: datetime) -> Approval | None:
    """Give up the edition's open correction, if there is one, and what was asked of it.

    The approval that fell with it, if one was open. The mailing stays paused, with its old text.
    Safe to repeat.
    """
    lock(edition)
    correction = find_correction_of(edition)
    if correction is None:
        return None
    # Before it the mailing, which whoever resumes or cancels holds first.
    lock_mailing(correction.mailing_id)
    db.session.refresh(correction, with_for_update=True)
    if not correction.is_open:
        return None
    correction.dropped_at = now
    db.session.flush()
    return withdraw_approval(edition, now=now) if find_open(edition.id) is not None else None


def find_correction_of(edition: Edition) -> Correction | None:
    """The correction of the edition that is being made, if one is."""
    mailing = find_mailing_of_edition(edition.id)
    return find_open_correction(mailing.id) if mailing is not None else None


def corrected_content(edition: Edition, correction: Correction) -> EditionContent:
    """The edition as the compiler of mails takes it, with the texts of the correction."""
    return replace(
        content_of(edition), title=correction.title, subject=correction.subject,
        preheader=correction.preheader, editorial_md=correction.editorial_md,
    )


def adopt(edition: Edition, correction: Correction) -> None:
    """Let the edition say from now on what the correction says.

    Raises EditionNotReady when it would miss something.
    """
    edition.title, edition.subject = correction.title, correction.subject
    edition.preheader, edition.editorial_md = correction.preheader, correction.editorial_md
    missing = missing_for_sending(edition)
    if missing:
        raise EditionNotReady(missing)
    edition.revision += 1
    db.session.flush()


def hold_correction(correction: Correction) -> None:
    """Read it anew and hold its row. Raises WrongState when it is not open any more."""
    db.session.refresh(correction, with_for_update=True)
    if not correction.is_open:
        raise WrongState("not_open")
