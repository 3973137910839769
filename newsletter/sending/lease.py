"""A lease that is renewed while we wait for the relay, and judged before each mail (R07).

The database's clock grants it; the worker judges it by its own boot-time clock, which counts the
time that a stopped process slept and which no one can set back (R27).
"""

import threading
import uuid
from datetime import timedelta
from types import TracebackType
from typing import Self

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from newsletter import clock
from newsletter.deliveries.claim import renew
from newsletter.logs import get_logger
from newsletter.transaction import transaction

log = get_logger(__name__)


class Lease:
    """Holds one claim while its batch is sent; `asked_at` is the boot second before claiming."""

    def __init__(
        self, app: Flask, claim_id: uuid.UUID, *, length: timedelta, asked_at: float
    ) -> None:
        self._app = app
        self._claim_id = claim_id
        self._length = length
        self._valid_until = asked_at + length.total_seconds()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._renew_until_done, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def holds(self) -> bool:
        """Whether there is room, with a quarter of the lease to spare, to offer one mail more."""
        return clock.boot_seconds() < self._valid_until - self._length.total_seconds() / 4

    def _renew_until_done(self) -> None:
        with self._app.app_context():
            while not self._done.wait(self._length.total_seconds() / 3):
                asked_at = clock.boot_seconds()
                try:
                    with transaction():
                        held = renew(self._claim_id, lease=self._length)
                except SQLAlchemyError as error:
                    log.warning("lease_not_renewed", reason=type(error).__name__)
                    continue
                if not held:
                    return
                self._valid_until = asked_at + self._length.total_seconds()
