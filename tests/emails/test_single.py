"""Single mails whose words depend on how a reader stands."""

from datetime import date

import pytest

from newsletter.emails import manage_link, welcome
from newsletter.emails.single import Choices
from newsletter.emails.words import LANGUAGES
from newsletter.emails.written import Written
from tests.emails.material import IDENTITY, URLS

CHOICES = Choices(editions=True, cadence="monthly", theme_names=("Data",))


def plain(mail: Written) -> str:
    """The plain text on one line."""
    return " ".join(b"".join(mail.text).decode().replace("=\r\n", "").split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_left_is_not_told_to_stop(language: str) -> None:
    reads, left = (
        plain(manage_link.write(
            manage_link.ManageLink(language, "mail", is_reader=is_reader),
            identity=IDENTITY, urls=URLS,
        ))
        for is_reader in (True, False)
    )
    at_once = {"nl": "meteen afgemeld", "en": "takes effect at once"}[language]
    gone = {"nl": "Je bent nu geen abonnee", "en": "You are not a subscriber now"}[language]
    assert at_once in reads
    assert gone not in reads
    assert at_once not in left
    assert gone in left


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pause_stands_among_what_she_gets(language: str) -> None:
    day = date(2027, 2, 10)
    for until in (None, day):
        mail = welcome.Welcome(language, "mail", CHOICES, None, until)
        text = plain(welcome.write(mail, identity=IDENTITY, urls=URLS))
        words = {"nl": "woensdag 10 februari 2027", "en": "Wednesday 10 February 2027"}[language]
        assert (words in text) is (until is not None)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_welcome_speaks_truly_to_who_comes_and_to_who_comes_back(language: str) -> None:
    mail = welcome.Welcome(language, "mail", CHOICES, None)
    text = plain(welcome.write(mail, identity=IDENTITY, urls=URLS)).lower()
    for only_new in ("bevestigd", "begonnen", "confirmed", "has started"):
        assert only_new not in text
