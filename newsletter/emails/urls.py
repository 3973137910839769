"""Every absolute address that may stand in a mail."""

from dataclasses import dataclass, replace
from typing import Self
from urllib.parse import quote

from markupsafe import Markup

from newsletter.emails.trusted import open_place, ours
from newsletter.mailings.answer import key_in_link


@dataclass(frozen=True)
class Urls:
    """The addresses under one public address, which has no slash at its end.

    Public pages are asked for in the language of the mail; what a token opens follows its reader.
    """

    public_url: str
    language: str = "nl"

    def in_language(self, language: str) -> Self:
        """The same addresses for a mail in that language."""
        return replace(self, language=language)

    def _at(self, path: str, name: str = "") -> str:
        return f"{self.public_url}{path}{quote(name, safe='')}"

    def _page(self, path: str, name: str = "", under: str = "") -> str:
        asked = "" if self.language == "nl" else f"?taal={self.language}"
        return f"{self._at(path, name)}{under}{asked}"

    @property
    def home(self) -> str:
        """The magazine's front page."""
        return self._page("/")

    @property
    def manage_request(self) -> str:
        """Where a reader asks for a link to the preferences; also what List-Help names."""
        return self._page("/mijn-link")

    @property
    def privacy(self) -> str:
        """The privacy statement."""
        return self._page("/privacy")

    @property
    def colophon(self) -> str:
        """Who makes the magazine."""
        return self._page("/colofon")

    def article(self, slug: str) -> str:
        """An article's page."""
        return self._page("/artikelen/", slug)

    def theme(self, slug: str) -> str:
        """A theme's page."""
        return self._page("/themas/", slug)

    def image(self, name: str) -> str:
        """A file of an image: the same address for every reader, and for as long as mails last."""
        return self._at("/beelden/", name)

    def edition(self, key: str) -> str:
        """An edition's page; the key is volume and number, such as `20-8`."""
        return self._page("/edities/", key)

    def edition_mail(self, key: str) -> str:
        """The edition's mail as it was sent, without personal links."""
        return self._page("/edities/", key, "/mail")

    def useful(self, mailing_key: str) -> str:
        """The page that asks whether a mailing was useful; the same address for all its readers.

        Of the mailing's key alone, and in no language, so that nothing in it can differ (P04).
        """
        return self._at("/nuttig/", key_in_link(mailing_key))

    def confirm(self, token: str) -> str:
        """The page on which a sign-up is confirmed."""
        return self._at("/bevestigen/", token)

    def manage(self, token: str) -> str:
        """The preference page of one reader."""
        return self._at("/voorkeuren/", token)

    def leave(self, token: str) -> str:
        """The page, and the one-click address, at which a reader leaves (RFC 8058)."""
        return self._at("/afmelden/", token)

    def personal(self, token: str) -> str:
        """One's own data, behind a link that works for half an hour."""
        return self._at("/mijn-gegevens/", token)

    def confirm_address(self, token: str) -> str:
        """The page on which a new address is confirmed."""
        return self._at("/adres/", token)

    def undo_address(self, token: str) -> str:
        """The page on which the old address takes a change back."""
        return self._at("/adres/terug/", token)

    def invitation(self, token: str) -> str:
        """The page on which somebody who was invited to the desk chooses a password."""
        return self._at("/redactie/uitnodiging/", token)

    def desk_edition(self, key: str) -> str:
        """The page of the desk on which an edition is composed."""
        return self._at("/redactie/edities/", key)

    @property
    def desk_account(self) -> str:
        """The page of the desk with one's own account."""
        return self._at("/redactie/mijn-account")

    @property
    def invitation_place(self) -> Markup:
        """The address of an invitation with the token still open."""
        return ours(self.invitation("")) + open_place("invitation_token")

    @property
    def confirm_place(self) -> Markup:
        """The confirm address with the token still open."""
        return ours(self.confirm("")) + open_place("confirm_token")

    @property
    def manage_place(self) -> Markup:
        """The preference address with the token still open."""
        return ours(self.manage("")) + open_place("manage_token")

    @property
    def leave_place(self) -> Markup:
        """The leaving address with the token still open."""
        return ours(self.leave("")) + open_place("leave_token")

    @property
    def personal_place(self) -> Markup:
        """The address of one's own data with the token still open."""
        return ours(self.personal("")) + open_place("personal_token")

    @property
    def confirm_address_place(self) -> Markup:
        """The address that confirms a new address, with the token still open."""
        return ours(self.confirm_address("")) + open_place("confirm_address_token")

    @property
    def undo_address_place(self) -> Markup:
        """The address that takes a change of address back, with the token still open."""
        return ours(self.undo_address("")) + open_place("undo_address_token")

    @property
    def reader_places(self) -> tuple[Markup, ...]:
        """Every address of one reader alone, its token still open."""
        return (
            self.manage_place, self.leave_place, self.confirm_place,
            self.personal_place, self.confirm_address_place, self.undo_address_place,
            self.invitation_place,
        )
