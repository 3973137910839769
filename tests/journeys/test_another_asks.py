"""A stranger signs a reader up otherwise while she is about to confirm, seen from outside."""

from urllib.parse import urlsplit

from newsletter.local.show import readers
from newsletter.local.show.browser import NotAsShown, Page, Visitor, wait_for
from newsletter.local.show.readers import Reader
from tests.faults.relay import Relay
from tests.journeys.conftest import RelayInbox
from tests.journeys.house import House

ANNA = Reader("Anna", "anna@gemeente.example", "nl", False, "monthly", ("data",))
OTHER = ("data", "leiderschap", "smart-city")
# Whoever asks after the stranger: once her mail is there, the stranger's wish was taken too.
NEXT = Reader("Noor", "noor@gemeente.example", "nl", True, "weekly", ("data",))


def test_what_a_reader_confirms_is_what_she_read_whoever_asked_otherwise_meanwhile(
    house: House, relay: Relay, inbox: RelayInbox, visitor: Visitor
) -> None:
    _ask(visitor, name="Anna", themes=ANNA.themes, cadence="monthly")
    opened = visitor.open(inbox.wait_for(ANNA.address, "confirmation").link("/bevestigen/"))
    read = _facts(opened)
    assert (read["Naam"], read["Thema’s"]) == ("Anna", "Data")
    with Visitor(house.site) as stranger:
        answer = _ask(stranger, name="X", organisation="Y", themes=OTHER, cadence="weekly",
                      editions=["y"])
        assert urlsplit(answer.address).path == "/aanmelden/gelukt"
        readers.sign_up(stranger, NEXT)
    inbox.wait_for(NEXT.address, "confirmation")
    assert _facts(visitor.open(opened.address)) == read

    done = visitor.press(opened.form(urlsplit(opened.address).path))
    assert done.heading == "Je bent abonnee"
    choices = visitor.open(inbox.wait_for(ANNA.address, "welcome").link("/voorkeuren/"))
    kept = choices.form(urlsplit(choices.address).path).fields
    assert (kept["themes"], kept["cadence"], "editions" in kept) == (["data"], ["monthly"], False)
    visitor.press(choices.form("/mijn-gegevens"))
    own = visitor.open(_fresh_link(inbox))
    fields = own.form(urlsplit(own.address).path).fields
    assert (fields["name"], fields["organisation"]) == (["Anna"], [""])
    given, aside, asked = own.texts("ol.story > li")
    assert "Toestemming gegeven" in given
    assert "Mail over thema’s elke maand · Thema’s: Data" in given
    assert "dus er veranderde niets" in aside
    assert "Mail over thema’s elke week" in aside
    assert "Mail over thema’s elke maand" in asked
    # The question, the welcome and the fresh link; for the stranger's question none.
    assert relay.journal.copies()[ANNA.address] == 3


def _ask(visitor: Visitor, **wish: str | list[str] | tuple[str, ...]) -> Page:
    form = visitor.open("/aanmelden").form("/aanmelden")
    return visitor.press(form.fill(address=ANNA.address, **wish))


def _facts(page: Page) -> dict[str, str]:
    """What the page says is asked, by what it is called."""
    found = dict(zip(page.texts("dl.facts dt"), page.texts("dl.facts dd"), strict=True))
    if not found:
        raise NotAsShown(f"{page.address} says nothing of what is asked")
    return found


def _fresh_link(inbox: RelayInbox) -> str:
    return wait_for(
        lambda: next((mail.link("/mijn-gegevens/") for mail in inbox.mails_of(ANNA.address)
                      if mail.links("/mijn-gegevens/")), None),
        seconds=30, what="the mail with the fresh link",
    )
