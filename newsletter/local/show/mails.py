"""Mails as their reader finds them in the local inbox, over HTTP."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import quote, urlsplit

from newsletter.local.show.browser import NotAsShown, Visitor, wait_for

PATIENCE_SECONDS = 60.0
LISTS = {"edities": "edition", "digests": "digest"}
_MAIL_ID = re.compile(r"/inbox/(\d{20}-[0-9a-f]{8})")
_LINK = re.compile(r"https?://[^\s<>\"]+")
_LEAVE = re.compile(r"<(https?://[^>]+)>")


@dataclass(frozen=True)
class ShownMail:
    """One mail, opened."""

    mail_id: str
    message: EmailMessage

    @property
    def subject(self) -> str:
        """Its subject, decoded."""
        return str(self.message["Subject"])

    @property
    def kind(self) -> str:
        """`edition` or `digest` by its List-Id (RFC 2919), else by the page that it leads to."""
        label = str(self.message.get("List-Id", "")).strip("<> ").partition(".")[0]
        if label:
            return LISTS.get(label, label)
        return "confirmation" if self.links("/bevestigen/") else "welcome"

    @property
    def text(self) -> str:
        """The plain text part."""
        part = self.message.get_body(("plain",))
        return str(part.get_content()) if part else ""

    @property
    def html(self) -> str | None:
        """The HTML part, if there is one."""
        part = self.message.get_body(("html",))
        return str(part.get_content()) if part else None

    def links(self, path: str = "/") -> list[str]:
        """The links in the text part whose path begins with `path`, in order, doubles too."""
        return [link for link in _LINK.findall(self.text) if urlsplit(link).path.startswith(path)]

    def link(self, path: str) -> str:
        """The first such link. Raises NotAsShown."""
        found = self.links(path)
        if not found:
            raise NotAsShown(f"the mail “{self.subject}” has no link to {path}")
        return found[0]

    def articles(self) -> list[str]:
        """The slugs of the articles it brings, in order, doubles too."""
        return [urlsplit(link).path.split("/")[2] for link in self.links("/artikelen/")]

    def leave_address(self) -> str:
        """Where one click leaves (RFC 8058). Raises NotAsShown without that header."""
        found = _LEAVE.search(str(self.message.get("List-Unsubscribe", "")))
        if not found or self.message.get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click":
            raise NotAsShown(f"the mail “{self.subject}” offers no one-click unsubscribe")
        return found[1]


class Inbox:
    """The inbox's pages; every mail is opened once and then remembered."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._opened: dict[str, ShownMail] = {}

    def mails_of(self, address: str) -> list[ShownMail]:
        """The mails to an address, oldest first."""
        page = self._visitor.open(f"/inbox/?to={quote(address)}")
        ids = {one for link in page.links("/inbox/") for one in _MAIL_ID.findall(link)}
        return [self._open(mail_id) for mail_id in sorted(ids)]

    def wait_for(self, address: str, kind: str) -> ShownMail:
        """The first mail of a kind to an address. Raises NotAsShown when it does not come."""

        def look() -> ShownMail | None:
            return next((mail for mail in self.mails_of(address) if mail.kind == kind), None)

        return wait_for(look, seconds=PATIENCE_SECONDS, what=f"the {kind} mail to {address}")

    def _open(self, mail_id: str) -> ShownMail:
        if mail_id not in self._opened:
            source = self._visitor.open(f"/inbox/{mail_id}/bron").source
            message = message_from_bytes(source.encode(), policy=policy.default)
            assert isinstance(message, EmailMessage)
            self._opened[mail_id] = ShownMail(mail_id, message)
        return self._opened[mail_id]
