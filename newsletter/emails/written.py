"""What comes of writing a mail to one reader, and the formats she can choose."""

from dataclasses import dataclass

MAIL, TEXT = "mail", "text"  # the formats a reader can choose


@dataclass(frozen=True)
class Written:
    """A single mail, encoded, with only its tokens still open; `html` is None for plain text."""

    subject: str
    html: tuple[bytes, ...] | None
    text: tuple[bytes, ...]
