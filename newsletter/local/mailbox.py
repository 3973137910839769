"""The mails of the local inbox as files in the state folder: kept whole, read back with care."""

import email
import email.policy
import json
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from html import unescape
from pathlib import Path

from newsletter.errors import NotFound

PAGE_SIZE = 50
_MAIL_ID = re.compile(r"\d{20}-[0-9a-f]{8}")
# What the standard library raises on mails that are broken on purpose: unknown charsets, bad
# encodings, headers that its parser gives up on.
_BROKEN = (LookupError, ValueError, AttributeError, TypeError)


@dataclass(frozen=True)
class Envelope:
    """One line of the list: who sent what to whom, and when it was taken (aware, UTC)."""

    mail_id: str
    received_at: datetime
    sender: str
    recipients: tuple[str, ...]
    subject: str
    size: int


@dataclass(frozen=True)
class Mail:
    """One mail, decoded as far as it can be."""

    envelope: Envelope
    headers: tuple[tuple[str, str], ...]
    html: str | None
    text: str | None
    source: str


def keep_mail(
    folder: Path, *, content: bytes, sender: str, recipients: Sequence[str], received_at: datetime
) -> Envelope:
    """Keep a mail so that it survives a kill from here on; then it may be acknowledged.

    The file is written, synced and moved into place, then one line is added to the index.
    """
    mails = folder / "mails"
    mails.mkdir(parents=True, exist_ok=True)
    moment = int(received_at.timestamp() * 1_000_000_000)
    mail_id = f"{moment:020d}-{secrets.token_hex(4)}"
    draft = folder / f"{mail_id}.part"
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(mails / f"{mail_id}.eml")
    headers = email.message_from_bytes(content, policy=email.policy.compat32)
    envelope = Envelope(
        mail_id,
        received_at,
        sender,
        tuple(recipients),
        _decoded_subject(headers.get("Subject", "")),
        len(content),
    )
    _add_to_index(folder, envelope)
    return envelope


def list_mails(
    folder: Path, *, to: str | None = None, before: str | None = None, limit: int = PAGE_SIZE
) -> list[Envelope]:
    """The newest mails first: to a recipient that contains `to`, older than the mail `before`."""
    try:
        lines = (folder / "index").read_bytes().splitlines()
    except FileNotFoundError:
        return []
    wanted = to.strip().casefold() if to else ""
    # Looking for the bytes first spares decoding thousands of lines.
    hint = wanted.encode() if wanted.isascii() and '"' not in wanted and "\\" not in wanted else b""
    found: list[Envelope] = []
    for line in reversed(lines):
        if hint not in line.lower():
            continue
        envelope = _from_line(line)
        if envelope is None or (before and envelope.mail_id >= before):
            continue
        if any(wanted in recipient.casefold() for recipient in envelope.recipients):
            found.append(envelope)
            if len(found) == limit:
                break
    return found


def read_mail(folder: Path, mail_id: str) -> Mail:
    """One mail by the id of the list. Raises NotFound."""
    content = mail_source(folder, mail_id)
    envelope = next(
        (e for line in reversed((folder / "index").read_bytes().splitlines())
         if mail_id.encode() in line and (e := _from_line(line))),
        None,
    )
    if envelope is None:
        raise NotFound(f"no mail {mail_id}")
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return Mail(
        envelope,
        _headers(content),
        _body(message, "html"),
        _body(message, "plain"),
        content.decode("utf-8", "replace"),
    )


def mail_source(folder: Path, mail_id: str) -> bytes:
    """The bytes of a mail as they came in. Raises NotFound."""
    if not _MAIL_ID.fullmatch(mail_id):
        raise NotFound("no such mail")
    try:
        return (folder / "mails" / f"{mail_id}.eml").read_bytes()
    except FileNotFoundError:
        raise NotFound(f"no mail {mail_id}") from None


def _add_to_index(folder: Path, envelope: Envelope) -> None:
    line = json.dumps(
        [
            envelope.mail_id,
            envelope.received_at.isoformat(),
            envelope.sender,
            list(envelope.recipients),
            envelope.subject,
            envelope.size,
        ],
        ensure_ascii=True,
    )
    # A leading line break ends a line that a kill cut short.
    descriptor = os.open(folder / "index", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, f"\n{line}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _from_line(line: bytes) -> Envelope | None:
    try:
        mail_id, received_at, sender, recipients, subject, size = json.loads(line)
        moment = datetime.fromisoformat(received_at).astimezone(UTC)
    except (ValueError, TypeError):
        return None
    return Envelope(mail_id, moment, sender, tuple(recipients), subject, size)


def _headers(content: bytes) -> tuple[tuple[str, str], ...]:
    # The old policy keeps every header as it stood; decoding is for the reader's eyes only.
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    return tuple((name, _one_line(str(value))) for name, value in message.items())


def _decoded_subject(raw: object) -> str:
    try:
        header = email.policy.default.header_factory("Subject", _one_line(str(raw)))
        return _one_line(str(header))
    except _BROKEN:
        return _one_line(str(raw))


def _body(message: EmailMessage, kind: str) -> str | None:
    try:
        part = message.get_body((kind,))
    except _BROKEN:
        return None
    if part is None:
        return None
    try:
        return str(part.get_content())
    except _BROKEN:
        payload = part.get_payload(decode=True)
        return payload.decode("latin-1") if isinstance(payload, bytes) else str(payload)


def _one_line(text: str) -> str:
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(c if c.isprintable() else " " for c in re.sub(r"\r?\n[ \t]*", " ", text)).strip()


_LINK = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*["']([^"'<>\s]+)["']""", re.IGNORECASE)


def links_of(mail: Mail) -> list[str]:
    """The web addresses that the HTML part links to, each once, in order."""
    found = (unescape(address) for address in _LINK.findall(mail.html or ""))
    return list(dict.fromkeys(a for a in found if a.startswith(("http://", "https://"))))
