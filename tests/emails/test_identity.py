"""Identity and addresses: data, so that another magazine can use the code."""

from newsletter.catalogue.models import Magazine
from newsletter.emails.identity import DARK, LIGHT, Identity, identity_of, palette_of
from newsletter.emails.urls import Urls


def test_the_small_letters_of_a_name_are_its_accent() -> None:
    identity = Identity("inGovernment", "", "", "")
    assert (identity.name_accent, identity.name_rest) == ("in", "Government")
    assert Identity("De Ambtenaar", "", "", "").name_accent == ""


def test_the_identity_comes_from_the_catalogue() -> None:
    magazine = Magazine(
        name="De Ambtenaar",
        issn="1234-5679",
        publisher="Een persoon",
        association="Een vereniging",
        postal_address="Postbus 1, 1000 AA Amsterdam",
        colours={"green": "#123456"},
        colours_dark={"green": "#ABCDEF"},
    )
    identity = identity_of(magazine)
    assert identity.name == "De Ambtenaar"
    assert (identity.light.green, identity.dark.green) == ("#123456", "#ABCDEF")
    assert identity.dark.paper == DARK.paper


def test_a_colour_that_is_none_is_not_taken_over() -> None:
    palette = palette_of({"green": "#123456", "ink": "red;}", "paper": 7}, default=LIGHT)
    assert (palette.green, palette.ink, palette.paper) == ("#123456", LIGHT.ink, LIGHT.paper)
    assert palette_of({}, default=DARK) == DARK


def test_addresses_stand_under_the_public_address() -> None:
    urls = Urls("https://x.example")
    assert urls.home == "https://x.example/"
    assert urls.edition_mail("20-8") == "https://x.example/edities/20-8/mail"
    assert urls.article("a/../b") == "https://x.example/artikelen/a%2F..%2Fb"
    assert urls.leave("TOKEN") == "https://x.example/afmelden/TOKEN"
    assert urls.theme("data") == "https://x.example/themas/data"
    assert urls.colophon == "https://x.example/colofon"


def test_an_english_mail_leads_to_english_pages_and_a_token_to_its_reader() -> None:
    urls = Urls("https://x.example").in_language("en")
    assert urls.home == "https://x.example/?taal=en"
    assert urls.edition_mail("20-8") == "https://x.example/edities/20-8/mail?taal=en"
    assert urls.article("a") == "https://x.example/artikelen/a?taal=en"
    assert urls.leave("TOKEN") == "https://x.example/afmelden/TOKEN"
