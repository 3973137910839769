"""The header lines of our mails: those that a kind shares, and those of one reader."""

import re
from dataclasses import dataclass
from datetime import datetime

from newsletter.deliveries.models import MailKind
from newsletter.emails.identity import Identity
from newsletter.emails.kinds import KINDS
from newsletter.emails.urls import Urls
from newsletter.mailer import headers
from newsletter.mailer.plain import one_line


@dataclass(frozen=True)
class Sender:
    """The addresses in From and Reply-To, from the settings."""

    mail_from: str
    reply_to: str


def shared(
    kind: MailKind,
    *,
    language: str,
    identity: Identity,
    urls: Urls,
    sender: Sender,
    mailing_key: str | None = None,
) -> tuple[bytes, ...]:
    """The lines that all mails of a kind and language share; of a mailing, its key is named.

    A bulk kind gets the list headers (RFC 2369, 2919, 8058) with the leave token still open, a
    notice gets Auto-Submitted (RFC 3834 §5).
    """
    name = one_line(identity.name)
    lines = [
        headers.address_line("From", [(name, sender.mail_from)]),
        headers.address_line("Reply-To", [(name, sender.reply_to)]),
        headers.token_line("Content-Language", language),
    ]
    list_label = KINDS[kind].list_label
    if list_label is None:
        lines.append(headers.token_line("Auto-Submitted", "auto-generated"))
        return tuple(lines)
    domain = headers.to_a_label(sender.mail_from).rpartition("@")[2]
    campaign = _atom(mailing_key or kind)
    lines += [
        headers.token_line("List-Id", f"<{list_label}.{domain}>"),
        headers.token_line("List-Unsubscribe", f"<{urls.leave_place}>"),
        headers.token_line("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        headers.token_line("List-Help", f"<{urls.manage_request}>"),
        headers.token_line("List-Owner", f"<mailto:{headers.to_a_label(sender.reply_to)}>"),
        headers.token_line("Feedback-ID", f"{campaign}:{list_label}:{language}:{_sender(domain)}"),
    ]
    return tuple(lines)


def of_reader(*, address: str, message_id: str, dated_at: datetime) -> tuple[bytes, ...]:
    """The lines of one delivery: To, Message-ID (with its angle brackets) and Date.

    `dated_at` is aware and must be the same on every attempt, as must the Message-ID (R04).
    """
    return (
        headers.date_line(dated_at),
        headers.mailbox_line("To", address),
        headers.token_line("Message-ID", message_id),
    )


def _sender(domain: str) -> str:
    """The last field of Feedback-ID, by which Gmail tells senders apart: 5 to 15 characters."""
    return domain.replace(".", "-")[:15].ljust(5, "-")


def _atom(words: str) -> str:
    """The words with what a field of Feedback-ID may hold; the colon is its separator."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", words)
