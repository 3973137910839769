"""A reader's mailboxes in the local inbox: each mail is opened once."""

from newsletter.local.show.browser import wait_for
from newsletter.local.show.mails import Inbox, ShownMail


class Post:
    """The reader's mailboxes; each mail is read once."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._read: set[str] = set()

    def newest(self, address: str, path: str) -> ShownMail:
        """The next mail to an address that leads to `path` and was not read before."""

        def look() -> ShownMail | None:
            return next((mail for mail in self._inbox.mails_of(address)
                         if mail.mail_id not in self._read and mail.links(path)), None)

        mail = wait_for(look, seconds=30, what=f"a mail to {address} with {path}")
        self._read.add(mail.mail_id)
        return mail

    def link(self, address: str, path: str) -> str:
        """The link in that mail."""
        return self.newest(address, path).link(path)
