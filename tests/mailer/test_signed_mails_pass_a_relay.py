"""Signed mails still verify after a real Postfix took them and passed them on (D01)."""

import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from newsletter.deliveries.models import MailKind
from newsletter.mailer.smtp import Letter
from tests.journeys.house import free_port
from tests.mailer import postfix, verifiers
from tests.mailer.hand_over import hand_over
from tests.mailer.test_dkim import BOTH
from tests.mailer.test_signed_mails import house_keys, signed
from tests.packages import has

READERS = ("a@b.example", "jörg@zürich.example")


class Next:
    """The server after the relay; it keeps what it was given."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the mail as it came."""
        assert isinstance(envelope.original_content, bytes)
        self.mails.append(envelope.original_content)
        return "250 kept"


@pytest.fixture
def next_server() -> Iterator[tuple[Next, int]]:
    handler = Next()
    controller = Controller(
        handler, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=True
    )
    controller.start()
    try:
        yield handler, controller.port
    finally:
        controller.stop()


def letters() -> list[Letter]:
    """Each kind for a plain reader, and digests for one whose local part needs SMTPUTF8."""
    by = house_keys()
    made = [("a@b.example", signed(kind, by=by)) for kind in MailKind]
    made += [(READERS[1], signed(MailKind.DIGEST, by=by, format=shape, reader=READERS[1]))
             for shape in ("mail", "text")]
    return [
        Letter("b1-x@bounces.ingovernment.example", reader.replace("zürich", "xn--zrich-kva"),
               [mail], needs_smtputf8=not reader.isascii())
        for reader, mail in made
    ]


@pytest.mark.needs("postfix")
def test_signatures_hold_after_a_pass_through_postfix(
    next_server: tuple[Next, int], tmp_path: Path
) -> None:
    handler, next_port = next_server
    sent = letters()
    with postfix.running(next_port=next_port) as port:
        handed = hand_over(sent, f"smtp://127.0.0.1:{port}?tls=none",
                           trusting=ssl.create_default_context())
        assert {code.split()[0] for code in handed.codes} == {"250"}
        until = time.monotonic() + 30
        while len(handler.mails) < len(sent) and time.monotonic() < until:
            time.sleep(0.05)
    assert len(handler.mails) == len(sent)
    assert all(b"\nReceived: from " in b"\n" + mail for mail in handler.mails)
    records = verifiers.records_of(house_keys())
    assert verifiers.by_dkimpy(handler.mails, records) == [BOTH] * len(sent)
    if has("opendkim"):
        assert verifiers.by_opendkim(handler.mails, records, tmp_path) == [BOTH] * len(sent)
    if has("libmail-dkim-perl"):
        found = verifiers.by_mail_dkim(handler.mails, records, tmp_path)
        assert all("r20261124" in each for each in found)
        assert len(found) == len(sent)
