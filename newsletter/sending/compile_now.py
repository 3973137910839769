"""Compile now: an edition's mail as it would leave, for whoever judges or shows it."""

from datetime import datetime

from newsletter.config import Settings
from newsletter.editions.content import content_of
from newsletter.editions.models import Edition
from newsletter.emails.compile import compile_edition
from newsletter.errors import MailError
from newsletter.mailings.contents import CompiledManifest
from newsletter.sending.house import house_of


def compile_now(
    edition: Edition, *, settings: Settings, send_at: datetime | None = None
) -> CompiledManifest:
    """The mail if it left at `send_at`, or at its own moment. Raises MailTooLarge, MailError."""
    house = house_of(settings)
    return compile_edition(content_of(edition, send_at=send_at), identity=house.identity,
                           urls=house.urls)


def find_compiled(
    edition: Edition, *, settings: Settings, send_at: datetime | None = None
) -> CompiledManifest | None:
    """As `compile_now`, None when no mail can be made."""
    try:
        return compile_now(edition, settings=settings, send_at=send_at)
    except MailError:
        return None
