"""Showing a compiled variant as it would be sent, with personal links that open nothing.

The mail is put together as for a reader and read back, as her program would have it.
"""

from email import message_from_bytes, policy
from email.message import EmailMessage

from newsletter.mailer import places
from newsletter.mailer.message import prepare
from newsletter.mailings.contents import CompiledManifest, CompiledVariant

EXAMPLE = "voorbeeld"  # stands where a reader has a token


def html_of(manifest: CompiledManifest, variant: CompiledVariant) -> str:
    """The HTML, empty for a mail of plain text alone. Raises MailError."""
    return _content(_message(manifest, variant), "html")


def text_of(manifest: CompiledManifest, variant: CompiledVariant) -> str:
    """The plain text, with line feeds. Raises MailError."""
    return _content(_message(manifest, variant), "plain")


def _content(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    content: str = body.get_content() if body else ""
    return content


def _message(manifest: CompiledManifest, variant: CompiledVariant) -> EmailMessage:
    prepared = prepare(
        subject=variant.subject,
        headers=(),
        html=[manifest.blocks[index].body for index in variant.html] or None,
        text=[manifest.blocks[index].body for index in variant.text],
        values={
            "subject": variant.subject,
            "preheader": variant.preheader,
            "why": variant.why,
        },
    )
    tokens = dict.fromkeys(places.READER_PLACES, EXAMPLE)
    return message_from_bytes(prepared.join(headers=(), values=tokens), policy=policy.default)
