"""Send a test: an edition's mail as it stands now, frozen, to one account of the desk."""

from datetime import datetime

from newsletter.config import Settings
from newsletter.deliveries.models import MailKind
from newsletter.deliveries.queue import SingleMail, queue_single
from newsletter.editions.content import content_of
from newsletter.editions.models import Edition
from newsletter.emails.compile import compile_edition
from newsletter.mailings.freeze import freeze
from newsletter.mailings.queries import find_variant
from newsletter.sending.eligible import TO
from newsletter.sending.house import house_of


def send_test(
    edition: Edition,
    *,
    account_id: int,
    language: str,
    format: str,
    settings: Settings,
    now: datetime,
    to: str | None = None,
) -> None:
    """Queue the test in the caller's transaction; what is edited later does not change it.

    `to` is the keyed hash of one of the settings' addresses, instead of the account's own. Raises
    MailTooLarge, MailError.
    """
    house = house_of(settings)
    compiled = compile_edition(
        content_of(edition), identity=house.identity, urls=house.urls, languages=(language,)
    )
    manifest = freeze(compiled, edition_id=edition.id, now=now)
    variant = find_variant(manifest.id, f"{language}:{format}")
    assert variant is not None
    queue_single(
        SingleMail(
            kind=MailKind.EDITION,
            account_id=account_id,
            variant_id=variant.id,
            params={"language": language, "format": format, **({TO: to} if to else {})},
        ),
        now=now,
    )
