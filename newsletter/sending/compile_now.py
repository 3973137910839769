"""Compile now: an edition's mail as it would leave, for whoever judges or shows it."""

from datetime import datetime

from newsletter.config import Settings
from newsletter.editions.content import content_of
from newsletter.editions.models import Edition, EditionStatus
from newsletter.editions.write_correction import corrected_content, find_correction_of
from newsletter.emails.compile import compile_edition
from newsletter.errors import EditionNotReady, MailError, MailTooLarge
from newsletter.mailings.contents import CompiledManifest
from newsletter.sending.house import house_of


def compile_now(
    edition: Edition, *, settings: Settings, send_at: datetime | None = None
) -> CompiledManifest:
    """The mail if it left at `send_at`, or at its own moment. Raises MailTooLarge, MailError.

    Of an edition that is being corrected in mid-send, the corrected mail.
    """
    house = house_of(settings)
    content = content_of(edition, send_at=send_at)
    if edition.status is EditionStatus.PUBLISHED:
        correction = find_correction_of(edition)
        content = corrected_content(edition, correction) if correction is not None else content
    return compile_edition(content, identity=house.identity, urls=house.urls)


def find_compiled(
    edition: Edition, *, settings: Settings, send_at: datetime | None = None
) -> CompiledManifest | None:
    """As `compile_now`, None when no mail can be made."""
    try:
        return compile_now(edition, settings=settings, send_at=send_at)
    except MailError:
        return None


def compile_leaving(
    edition: Edition, *, settings: Settings, send_at: datetime
) -> CompiledManifest | None:
    """As `find_compiled`, for who lets it leave then. Raises EditionNotReady `too_large` (M11)."""
    try:
        return compile_now(edition, settings=settings, send_at=send_at)
    except MailTooLarge as error:
        raise EditionNotReady(["too_large"]) from error
    except MailError:
        return None
