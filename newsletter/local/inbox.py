"""The local inbox: a real SMTP listener that takes every mail and keeps it to be read.

Run as `python -m newsletter.local.inbox`; it listens on 127.0.0.1 at INBOX_PORT.
"""

import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from newsletter import clock, config
from newsletter.errors import BadSettings
from newsletter.local.mailbox import keep_mail

LARGEST_MAIL_BYTES = 30_000_000


class Keeper:
    """Keeps what is handed over, and only then says that it did (RFC 5321 §6.1)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    # aiosmtpd finds its hooks by these names.
    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take one mail; 452 where the disk refuses it, so that the sender tries again."""
        content = envelope.content or b""
        try:
            await asyncio.to_thread(
                keep_mail,
                self._folder,
                content=content if isinstance(content, bytes) else content.encode(),
                sender=envelope.mail_from or "",
                recipients=envelope.rcpt_tos,
                received_at=clock.now(),
            )
        except OSError:
            return "452 4.3.1 The inbox cannot keep this now"
        return "250 2.0.0 Kept in the local inbox"


async def serve(folder: Path, port: int) -> None:
    """Listen until SIGTERM or SIGINT. Raises OSError when the port is in use."""
    keeper = Keeper(folder)

    def connection() -> SMTP:
        return SMTP(
            keeper,
            hostname="inbox.localhost",
            ident="local inbox",
            enable_SMTPUTF8=True,
            data_size_limit=LARGEST_MAIL_BYTES,
            loop=loop,
        )

    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await loop.create_server(connection, "127.0.0.1", port)
    print(f"takes mail on 127.0.0.1:{port}", flush=True)
    await ended.wait()
    server.close()


def main() -> int:
    """Run the inbox with the settings of the environment; exit code 2 when it cannot start."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    try:
        settings = config.load(os.environ)
    except BadSettings as error:
        print(error, file=sys.stderr)
        return 2
    folder = settings.state / "inbox"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        asyncio.run(serve(folder, settings.inbox_port))
    except OSError as error:
        print(
            f"Port {settings.inbox_port} cannot be used ({error.strerror}): "
            "set INBOX_PORT to another.",
            file=sys.stderr,
        )
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
