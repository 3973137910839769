"""The DKIM keys as the workers hold them: which sign now, and which signed an earlier attempt.

A rotation takes hold without a restart (S15). A mail that was claimed before it keeps the keys of
its first claim, so that every attempt has the same bytes (R04).
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Self

from newsletter.config import Settings
from newsletter.dkim_folder import INDEX, KeyStatus, read_index, read_key, unusable
from newsletter.errors import BadSettings
from newsletter.logs import get_logger
from newsletter.mailer.dkim import DkimKey, is_aligned
from newsletter.mailer.headers import to_a_label

log = get_logger(__name__)


# The stamp of no index, so that the next look reads.
_UNREAD = (-1, -1, -1)


class _Held(NamedTuple):
    """What was read, replaced whole: another thread sees the keys before or after a rotation."""

    stamp: tuple[int, int, int] | None
    signing: tuple[DkimKey, ...]
    by_selector: dict[str, DkimKey]


class Keyring:
    """The keys of one folder, for one process; without a folder nothing is signed here."""

    def __init__(self, folder: Path | None, *, sender_domain: str) -> None:
        """Read the keys. Raises BadSettings when one that signs cannot be used."""
        self._folder = folder
        self._sender_domain = sender_domain
        self._held = self._read()
        # Selectors of first claims that are kept no more, as asked for since the start: each such
        # mail was signed by the keys of now instead. Worth an alarm.
        self.gone: set[str] = set()
        # Why the folder cannot be used as it is now; those in hand sign meanwhile.
        self.fault: str | None = None

    @classmethod
    def load(cls, settings: Settings) -> Self:
        """The keys at DKIM_KEYS, which sign for the domain in From (D02). Raises BadSettings."""
        return cls(settings.dkim_keys, sender_domain=sender_domain(settings))

    def current(self) -> list[DkimKey]:
        """What signs a mail that is claimed for the first time; RSA first, for all read it."""
        return list(self._held.signing)

    def keys(self, selectors: Iterable[str]) -> list[DkimKey]:
        """The keys fixed at a first claim; none when that mail was not to be signed.

        A key that is gone is left out; when all are, those of now sign, as a mail that nobody can
        verify is worth less than one with other bytes.
        """
        asked = list(selectors)
        if not asked:
            return []
        if not set(asked) <= self._held.by_selector.keys():
            self.refresh()  # another machine may know of a rotation before we do
        held = self._held
        missing = [each for each in asked if each not in held.by_selector]
        if missing:
            if not set(missing) <= self.gone:
                log.warning("dkim_selector_gone", selectors=missing)
            self.gone.update(missing)
        found = [held.by_selector[each] for each in asked if each in held.by_selector]
        return found or list(held.signing)

    def refresh(self) -> bool:
        """Read the keys again if the folder's index is another; whether it was. Costs one stat.

        When the new ones cannot be read, or all are gone, those in hand stay.
        """
        stamp = self._stamp()
        if stamp == self._held.stamp:
            return False
        try:
            if stamp is None:
                assert self._folder is not None
                raise unusable(self._folder / INDEX, "is gone")
            self._held = self._read()
        except BadSettings as error:
            if str(error) != self.fault:
                log.error("dkim_keys_unusable", reason=str(error))
            self.fault = str(error)
            # Tried once for each change of the index, not at each look.
            self._held = self._held._replace(stamp=stamp)
            return False
        self.fault = None
        log.info("dkim_keys_read", signing=[key.selector for key in self.current()])
        return True

    def try_again(self) -> bool:
        """As `refresh`, and reads also when they could not be read: a mended key changes no index.

        For the start of a run.
        """
        if self.fault is not None:
            self._held = self._held._replace(stamp=_UNREAD)
        return self.refresh()

    def _read(self) -> _Held:
        stamp = self._stamp()
        if self._folder is None or stamp is None:
            return _Held(stamp, (), {})
        signing: list[DkimKey] = []
        others: list[DkimKey] = []
        for entry in read_index(self._folder):
            try:
                key = read_key(self._folder, entry)
            except BadSettings as error:
                if entry.status is KeyStatus.SIGNING:
                    raise
                log.warning("dkim_key_unusable", reason=str(error))
                continue
            (signing if entry.status is KeyStatus.SIGNING else others).append(key)
        for key in signing:
            if not is_aligned(key.domain, self._sender_domain):
                raise unusable(self._folder, (
                    f"has {key.selector}, which signs for {key.domain} while MAIL_FROM is of "
                    f"{self._sender_domain}: make another with `newsletter dkim new`"))
        signing.sort(key=lambda key: (key.algorithm, key.selector), reverse=True)
        return _Held(stamp, tuple(signing), {key.selector: key for key in others + signing})

    def _stamp(self) -> tuple[int, int, int] | None:
        if self._folder is None:
            return None
        try:
            found = os.stat(self._folder / INDEX)  # noqa: PTH116 - a third of the time of Path's
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size


def sender_domain(settings: Settings) -> str:
    """The domain in From as DNS spells it: what a signature is to be aligned with (D02)."""
    return to_a_label(settings.mail_from).rpartition("@")[2].lower()
