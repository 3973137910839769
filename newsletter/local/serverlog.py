"""The embedded servers' own logs, kept in the state folder."""

from pathlib import Path
from typing import BinaryIO

LARGEST_BYTES = 5_000_000


def open_log(path: Path) -> BinaryIO:
    """Open a log for appending; one that grew too large is put aside first."""
    if path.exists() and path.stat().st_size > LARGEST_BYTES:
        path.replace(path.with_name(f"{path.name}.1"))
    return path.open("ab")


def last_line(path: Path) -> str:
    """The last line that says something, for an error of one line."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return "it wrote no log"
    return next((line.strip() for line in reversed(lines) if line.strip()), "it wrote no log")
