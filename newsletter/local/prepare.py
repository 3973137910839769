"""Whether the database needs its migrations and seeds, told by a stamp in the state folder."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from newsletter.local.places import write_whole

# What decides the tables and the first rows; a change in any of these runs both again.
SOURCES = ("migrations", "seeds", "newsletter/subscribers")
# The words of `newsletter` that do the work.
STEPS = (("database", "upgrade"), ("database", "seed", "--demo"))


class Stamp:
    """Says what the embedded database was last prepared with; the year plan adds the year."""

    def __init__(self, state: Path, *, project: Path, now: datetime) -> None:
        self._path = state / "prepared"
        self._wanted = _fingerprint(project, str(now.year))

    def is_up_to_date(self) -> bool:
        """Whether nothing changed since the last time."""
        try:
            return self._path.read_text(encoding="ascii").strip() == self._wanted
        except OSError:
            return False

    def set(self) -> None:
        """Say that migrations and seeds were carried out."""
        write_whole(self._path, f"{self._wanted}\n")


def _fingerprint(project: Path, *more: str) -> str:
    digest = hashlib.sha256(repr(more).encode())
    for path in _files(project):
        digest.update(f"{path.relative_to(project)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _files(project: Path) -> Iterator[Path]:
    for source in SOURCES:
        for path in sorted((project / source).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path
