"""A correction as the pages beside it show it: of what it is, whom it reaches, what was dropped."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.accounts.queries import names_of
from newsletter.editions.approval_models import Approval
from newsletter.editions.models import Edition
from newsletter.mailings.contents import CompiledManifest
from newsletter.mailings.correction_models import Correction
from newsletter.mailings.correction_queries import (
    Reach,
    dropped_of,
    find_correction_asked,
    reach_of,
)
from newsletter.mailings.models import Mailing, MailingStatus
from newsletter.mailings.queries import find_mailing_of_edition
from newsletter.mailings.thaw import thaw
from newsletter.web.desk.changes import Change
from newsletter.web.desk.mail_changes import mail_changes, text_changes
from newsletter.web.desk.names import mailing_name


@dataclass(frozen=True)
class Corrected:
    """The correction that an approval is of, its mailing, and where its recipients stand now."""

    correction: Correction
    mailing: Mailing
    name: str
    reach: Reach

    @property
    def old_text(self) -> CompiledManifest | None:
        """The mail that the correction takes the place of."""
        old = self.correction.old_manifest_id or self.mailing.manifest_id
        return thaw(old) if old is not None else None

    @property
    def line(self) -> tuple[str, str]:
        """What those who have the old text would read now, in Dutch and in English."""
        return self.correction.text_nl, self.correction.text_en


@dataclass(frozen=True)
class Dropped:
    """A correction that was given up and can be begun with again."""

    correction: Correction
    begun_by: str
    dropped_at: datetime
    changed: list[Change]


def correction_of(edition: Edition, approval: Approval) -> Corrected | None:
    """What the approval would let leave, when that is a correction and not the edition itself."""
    # Only a correction has a line, and none is asked for without one.
    mailing = find_mailing_of_edition(edition.id) if approval.line_nl else None
    if mailing is None:
        return None
    correction = find_correction_asked(mailing.id, approval.asked_at)
    if correction is None:
        return None
    return Corrected(correction, mailing, mailing_name(mailing), reach_of(mailing.id))


def given_up(edition: Edition, mailing: Mailing) -> list[Dropped]:
    """What was written in corrections that were given up, compared with what was sent.

    The last one first. The same texts given up twice are shown once, as the later.
    """
    found = {_written(one): one for one in reversed(dropped_of(mailing.id))}
    last_first = sorted(found.values(), key=lambda one: one.id, reverse=True)
    names = names_of({one.opened_by for one in last_first})
    return [Dropped(one, names.get(one.opened_by, ""), one.dropped_at, text_changes(edition, one))
            for one in last_first if one.dropped_at is not None]


def _written(one: Correction) -> tuple[str, ...]:
    return (one.title, one.subject, one.preheader, one.editorial_md, one.text_nl, one.text_en)


def changed_since_sent(mailing: Mailing, compiled: CompiledManifest | None) -> list[Change]:
    """What the mail would say otherwise by now, with no correction of it open.

    Of a mailing that some have still to get: its articles may have changed in the store since.
    """
    goes_on = mailing.status in (MailingStatus.SENDING, MailingStatus.PAUSED)
    if compiled is None or mailing.manifest_id is None or not goes_on:
        return []
    return mail_changes(thaw(mailing.manifest_id), compiled)
