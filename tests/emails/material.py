"""A magazine, an edition, digests and readers to write test mails with."""

import email
import email.policy
from dataclasses import replace
from datetime import UTC, date, datetime
from email.message import EmailMessage

from newsletter.deliveries.models import MailKind
from newsletter.emails import (
    address_changed,
    already_subscribed,
    confirm_address,
    confirm_signup,
    headers,
    invitation,
    manage_link,
    reminder,
    welcome,
)
from newsletter.emails.compile import compile_digests, compile_edition
from newsletter.emails.headers import Sender
from newsletter.emails.identity import Identity
from newsletter.emails.kinds import KINDS
from newsletter.emails.single import Choices
from newsletter.emails.urls import Urls
from newsletter.emails.written import Written
from newsletter.mailer import message
from newsletter.mailer.message import Prepared
from newsletter.mailings.contents import (
    CompiledManifest,
    CompiledVariant,
    DigestSelection,
    EditionContent,
    ThemeSection,
)
from tests.emails.pieces import (
    COLUMN,
    EDITION,
    LEADERSHIP,
    OPEN_GOVERNMENT,
    PLANNING_ACT,
    rest,
    titles,
)

IDENTITY = Identity(
    name="inGovernment",
    issn="2213-2228",
    publisher="Vereniging Directeuren Publieksdiensten",
    postal_address="Postbus 2758, 3500 GT Utrecht",
)
URLS = Urls("https://www.ingovernment.example")
SENDER = Sender("nieuwsbrief@ingovernment.example", "redactie@ingovernment.example")

TOKENS = {
    "manage_token": "MANAGEabcdefghijklmnopqrstuvwxyz0123456789-_ABC",
    "leave_token": "LEAVE-abcdefghijklmnopqrstuvwxyz0123456789-_ABC",
    "confirm_token": "CONFIRMabcdefghijklmnopqrstuvwxyz0123456789-_AB",
    "personal_token": "PERSONALabcdefghijklmnopqrstuvwxyz012345678-_AB",
    "invitation_token": "INVITEDabcdefghijklmnopqrstuvwxyz0123456789-_AB",
    "confirm_address_token": "NEWSIDEabcdefghijklmnopqrstuvwxyz0123456789-_AB",
    "undo_address_token": "OLDSIDEabcdefghijklmnopqrstuvwxyz0123456789-_AB",
}


def selection(
    key: str = "nl", *, language: str = "nl", format: str = "mail", more: int = 0
) -> DigestSelection:
    """A weekly digest of four articles in three themes."""
    return DigestSelection(
        key=key,
        cadence="weekly",
        language=language,
        format=format,
        sections=(
            ThemeSection(1, "leiderschap", "Leiderschap", "Leadership", (LEADERSHIP, COLUMN)),
            ThemeSection(
                2, "omgevingswet", "Omgevingswet", "Environment and Planning Act", (PLANNING_ACT,)
            ),
            ThemeSection(
                3, "open-overheid", "Open overheid", "Open government", (OPEN_GOVERNMENT,)
            ),
        ),
        rest=rest(more),
        slot_on=date(2020, 3, 10),
    )


def long_selection(key: str, *, language: str, format: str) -> DigestSelection:
    """The same with three articles more as titles, and two that stand on a theme's page."""
    return replace(selection(key, language=language, format=format, more=2), links=titles())


def edition(content: EditionContent = EDITION) -> CompiledManifest:
    """The edition, compiled."""
    return compile_edition(content, identity=IDENTITY, urls=URLS)


def digests(*selections: DigestSelection) -> CompiledManifest:
    """The selections, compiled."""
    return compile_digests(
        selections, mailing_key="digest:weekly:2020-03-10T07:00Z", identity=IDENTITY, urls=URLS)


def variant_of(manifest: CompiledManifest, key: str) -> CompiledVariant:
    """The variant of that selection key."""
    return next(each for each in manifest.variants if each.selection_key == key)


def prepared(manifest: CompiledManifest, key: str, kind: MailKind) -> Prepared:
    """The variant made ready, as the post room does it."""
    variant = variant_of(manifest, key)
    return message.prepare(
        subject=variant.subject,
        headers=headers.shared(
            kind,
            language=variant.language,
            identity=IDENTITY,
            urls=URLS,
            sender=SENDER,
            mailing_key=f"{kind}:14-2",
        ),
        html=[manifest.blocks[index].body for index in variant.html] or None,
        text=[manifest.blocks[index].body for index in variant.text],
        values={
            "subject": variant.subject,
            "preheader": variant.preheader,
            "why": variant.why,
        },
    )


def reader_lines(address: str = "u1@gemeente.example") -> tuple[bytes, ...]:
    """One reader's header lines."""
    return headers.of_reader(
        address=address,
        message_id="<abc123@ingovernment.example>",
        dated_at=datetime(2020, 3, 3, 8, 0, tzinfo=UTC),
    )


def bulk(manifest: CompiledManifest, key: str, kind: MailKind) -> bytes:
    """The whole message to one reader."""
    return prepared(manifest, key, kind).join(headers=reader_lines(), values=TOKENS)


def written(kind: MailKind, language: str, format: str = "mail") -> Written:
    """A single mail of that kind."""
    themes = ("Data", "Omgevingswet") if language == "nl" else ("Data", "Open government")
    choices = Choices(editions=True, cadence="weekly", theme_names=themes)
    latest = welcome.LatestEdition("14-2", 14, 2, 8, "Verbinden is ook besturen", date(2020, 3, 3))
    if kind == MailKind.CONFIRM_SIGNUP:
        asked = confirm_signup.ConfirmSignup(language, format, choices)
        return confirm_signup.write(asked, identity=IDENTITY, urls=URLS)
    if kind == MailKind.WELCOME:
        chosen = welcome.Welcome(language, format, choices, latest)
        return welcome.write(chosen, identity=IDENTITY, urls=URLS)
    if kind == MailKind.MANAGE_LINK:
        link = manage_link.ManageLink(language, format, is_reader=True)
        return manage_link.write(link, identity=IDENTITY, urls=URLS)
    if kind == MailKind.INVITATION:
        return invitation.write(
            invitation.Invitation(language, format), identity=IDENTITY, urls=URLS)
    if kind == MailKind.REMINDER:
        missing = (reminder.Missing("subject"), reminder.Missing("summary", LEADERSHIP.title))
        due = reminder.Reminder(language, format, "14-2", EDITION.title, "copy",
                                datetime(2020, 2, 18, 17, 0, tzinfo=UTC), missing)
        return reminder.write(due, identity=IDENTITY, urls=URLS)
    if kind == MailKind.CONFIRM_ADDRESS:
        wish = confirm_address.ConfirmAddress(language, format, "j…@gemeente.example")
        return confirm_address.write(wish, identity=IDENTITY, urls=URLS)
    if kind == MailKind.ADDRESS_CHANGED:
        changed = address_changed.AddressChanged(
            language, format, "j…@provincie.example", datetime(2020, 3, 3, 9, 5, tzinfo=UTC)
        )
        return address_changed.write(changed, identity=IDENTITY, urls=URLS)
    already = already_subscribed.AlreadySubscribed(language, format)
    return already_subscribed.write(already, identity=IDENTITY, urls=URLS)


def single(kind: MailKind, language: str, format: str = "mail") -> bytes:
    """The whole single mail to one reader."""
    mail = written(kind, language, format)
    return message.write_single(
        subject=mail.subject,
        shared_headers=headers.shared(
            kind, language=language, identity=IDENTITY, urls=URLS, sender=SENDER
        ),
        reader_headers=reader_lines(),
        html=mail.html,
        text=mail.text,
        values={name: TOKENS[name] for name in KINDS[kind].tokens},
    )


def mail_of(kind: MailKind, language: str, format: str = "mail") -> bytes:
    """A whole message of any kind."""
    if kind == MailKind.EDITION:
        return bulk(edition(), f"{language}:{format}", kind)
    if kind == MailKind.DIGEST:
        return bulk(digests(long_selection("it", language=language, format=format)), "it", kind)
    return single(kind, language, format)


def catch_up(language: str, format: str = "mail") -> bytes:
    """A whole digest after a pause, with the best in full and others as links."""
    links = titles()
    chosen = replace(
        selection("it", language=language, format=format, more=17), is_catch_up=True,
        links=links, article_ids=tuple(range(4 + len(links) + 17)),
    )
    return bulk(digests(chosen), "it", MailKind.DIGEST)


def parsed(raw: bytes) -> EmailMessage:
    """The message as Python's parser reads it."""
    found = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def html_of(raw: bytes) -> str:
    """The HTML part, decoded."""
    part = parsed(raw).get_body(("html",))
    assert part is not None
    return str(part.get_content())


def text_of(raw: bytes) -> str:
    """The plain text, decoded."""
    part = parsed(raw).get_body(("plain",))
    assert part is not None
    return str(part.get_content())
