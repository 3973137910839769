"""One reader's whole journey, seen from outside."""

import time
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from newsletter import clock
from newsletter.local.show import desk as desk
from newsletter.local.show import readers as readers
from newsletter.local.show.browser import NotAsShown, Visitor, wait_for
from newsletter.local.show.material import PIECES
from newsletter.local.show.readers import Reader, Thought
from tests.faults.relay import Relay
from tests.journeys.conftest import RelayInbox
from tests.journeys.house import House

THEMES = ("data", "leiderschap", "smart-city")
NOOR = Reader("Noor", "noor@gemeente.example", "nl", True, "weekly", ("leiderschap",))
# She signs up as well, and leaves by the button before anything is sent.
TEUN = replace(NOOR, name="Teun", address="teun@gemeente.example", themes=("data",))
# She never presses the button.
MAXIME = replace(NOOR, name="Maxime", address="maxime@gemeente.example", themes=("data",))
OUT = timedelta(seconds=2)


def test_a_reader_gets_what_she_chose_and_after_leaving_nothing_more(
    house: House, relay: Relay, inbox: RelayInbox, visitor: Visitor, editor: Visitor,
    second: Visitor,
) -> None:
    for reader in (NOOR, TEUN, MAXIME):
        readers.sign_up(visitor, reader)
    _looking_at_the_link_confirms_nobody(visitor, inbox)
    readers.confirm(visitor, inbox, NOOR)
    readers.confirm(visitor, inbox, TEUN)
    noor = readers.change(visitor, inbox, NOOR, Thought(picked=(0, 1)), themes=THEMES)
    assert noor.themes == ("data",)
    _leave_by_the_button(visitor, inbox, TEUN)

    desk.log_in(editor, email=house.login.email, password=house.login.password,
                totp_key=house.login.totp_key)
    written = [desk.add_and_release(editor, piece) for piece in PIECES[1:4]]
    other = desk.add_and_release(editor, replace(PIECES[1], title="Wie bewaart dit getal?"))
    key = desk.open_edition(editor)
    desk.fill_edition(editor, key, written)
    moment = desk.minute_ahead(clock.now(), seconds=8)
    desk.add_slot(editor, moment)
    desk.ask_approval(editor, key, moment)
    desk.approve(second, key)
    desk.set_edition(editor, key, moment)

    time.sleep(max(0.0, (moment - clock.now()).total_seconds()))
    digest = inbox.wait_for(noor.address, "digest")
    edition = inbox.wait_for(noor.address, "edition")
    # The edition has gone first, and what it brought the digest does not repeat.
    assert edition.articles() == [one.slug for one in written]
    assert digest.articles()[0] == other.slug
    assert not set(digest.articles()) & set(edition.articles())
    ledger = wait_for(lambda: _finished(desk.find_edition_mailing(editor, key)),
                      seconds=30, what="the end of the edition")
    assert ledger.adds_up
    assert (ledger.recipients, ledger.sent) == (1, 1)

    assert visitor.one_click(digest.leave_address()) == 200
    assert _receives(visitor, inbox) == {"editions"}
    for _ in range(2):
        assert visitor.one_click(edition.leave_address()) == 200
    assert _receives(visitor, inbox) == set()
    time.sleep(OUT.total_seconds())
    assert relay.journal.copies() == {NOOR.address: 4, TEUN.address: 2, MAXIME.address: 1}
    senders = [entry.mail_from for entry in relay.journal.entries]
    assert len(set(senders)) == len(senders) == 7


def _looking_at_the_link_confirms_nobody(visitor: Visitor, inbox: RelayInbox) -> None:
    link = inbox.wait_for(MAXIME.address, "confirmation").link("/bevestigen/")
    for _ in range(2):
        visitor.open(link)
    altered = link[:-1] + ("A" if link[-1] != "A" else "B")
    with pytest.raises(NotAsShown):
        visitor.open(altered)


def _leave_by_the_button(visitor: Visitor, inbox: RelayInbox, reader: Reader) -> None:
    page = visitor.open(inbox.wait_for(reader.address, "welcome").link("/voorkeuren/"))
    form = page.form("/stoppen", button="all")
    assert form.fields["what"] == ["all"]
    visitor.press(form)
    again = visitor.open(page.address)
    assert again.tree.css_first(f"form[action='{urlsplit(page.address).path}']") is None


def _finished(ledger: desk.Ledger | None) -> desk.Ledger | None:
    return ledger if ledger and ledger.is_finished else None


def _receives(visitor: Visitor, inbox: RelayInbox) -> set[str]:
    """What Noor's preference page says that she gets; nothing when it offers no choices."""
    page = visitor.open(inbox.wait_for(NOOR.address, "welcome").link("/voorkeuren/"))
    if page.tree.css_first("input[name=cadence]") is None:
        return set()
    form = page.form(urlsplit(page.address).path)
    kinds = {"editions"} if form.fields.get("editions") else set()
    return kinds | ({"digests"} if form.fields["cadence"] != ["none"] else set())
