"""A correction at half of the way, by two people in two browsers; what the relay took is the judge.

Workers send for real, over one conversation. The relay refuses one reader, turns one away for a
moment and loses its answer to one; when half of them were served it is slow, so that somebody can
say stop in time.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from newsletter import clock
from newsletter.core import create_core, settings
from newsletter.deliveries.models import Delivery
from newsletter.extensions import db
from newsletter.sending.carry_out import carry_out_edition
from newsletter.subscribers.models import Subscriber
from newsletter.transaction import transaction
from seeds.demo import LOGINS, Login
from tests.browser.login import log_in
from tests.browser.walk import Walk
from tests.faults.parts import wait_until
from tests.faults.relay import Relay
from tests.journeys.house import House, free_port
from tests.material import article, edition

MAILING = "/redactie/verzendingen/edition:90-8"
OLD, NEW = "Een editie om te proberen", "Nu met de goede datum"
PARTS = ("web", "worker-bulk", "worker-upkeep", "beat")
READERS = 70
HALF = 28  # of the 58 of them who receive editions
LEAST = 8  # get the new text, however long the looking took
SLOW = 6.0  # seconds a mail, while people look and press: two minutes for all but a few
REFUSED, LATER, UNHEARD = 5, 6, 7  # who of the readers, in the order of their turn


class HalfWay:
    """How the relay is: by whose turn it is, and slow from the turn of half of the readers on."""

    def __init__(self) -> None:
        self.relay = Relay(answer=self._answer, refuse=self._refuse)
        self._turns: dict[str, int] = {}
        self._turned_away = False
        self._was_slowed = False

    def who(self, turn: int) -> str:
        """The reader whose turn that was."""
        return next(address for address, its in self._turns.items() if its == turn)

    def _refuse(self, recipient: str) -> str | None:
        turn = self._turns.setdefault(recipient, len(self._turns) + 1)
        if turn == REFUSED:
            return "550 5.1.1 no such mailbox"
        if turn == LATER and not self._turned_away:
            self._turned_away = True
            return "451 4.7.1 greylisted"
        return None

    def _answer(self, recipient: str, times: int) -> str:
        turn = self._turns[recipient]
        if turn >= HALF and not self._was_slowed:
            self._was_slowed = True
            self.relay.pace = SLOW
        return "drop after" if turn == UNHEARD and times == 1 else "250 2.0.0 taken"


@pytest.fixture
def half_way() -> Iterator[HalfWay]:
    """The relay."""
    found = HalfWay()
    with found.relay:
        yield found


@pytest.fixture
def running(
    make_database: Callable[[], dict[str, str]], half_way: HalfWay, tmp_path: Path
) -> Iterator[House]:
    """A house whose workers hand their mail to that relay."""
    state = tmp_path / "state"
    state.mkdir()
    environ = {**make_database(), "STATE": str(state), "SMTP_URL": half_way.relay.url,
               "SMTP_CONNECTIONS": "1", "INBOX_PORT": str(free_port())}
    with House(environ, tmp_path, parts=PARTS, readers=READERS) as opened:
        yield opened


def test_one_corrects_another_approves_and_who_was_not_served_gets_the_better_text(
    chromium: Browser, running: House, half_way: HalfWay, tmp_path: Path
) -> None:
    relay = half_way.relay
    robin, uli = (_at_the_desk(chromium, running, login, tmp_path) for login in LOGINS)
    readers = _send(running)
    assert HALF <= len(readers) // 2 + 1 < 2 * HALF
    wait_until(lambda: len(relay.journal.entries) >= HALF, seconds=60, what="half of it")
    robin.open(MAILING)
    robin.page.get_by_text("mails per minuut").wait_for()  # the page brings itself up to date
    robin.look("mailing-running", height=1250)
    robin.press("Pauzeer")
    paused_at = time.time()
    robin.look("mailing-paused", height=1250)
    robin.follow("a:has-text('Verbeter de tekst')")
    robin.press("Begin een verbetering")
    robin.page.get_by_label("Onderwerp van de mail").fill(NEW)
    robin.page.locator("#text_nl").fill("Het congres is op 3 juni, niet op 2 juni.")
    robin.press("Bewaar tekst")
    robin.press("Vraag goedkeuring")
    robin.look("correction", height=1700)
    uli.open(f"{MAILING}/verbetering")
    uli.follow("a:has-text('Bekijk en keur goed')")
    uli.press("Keur goed")
    uli.page.get_by_text("Goedgekeurd. Zo gaat de mail weg").wait_for()
    robin.open(f"{MAILING}/verbetering")
    robin.page.wait_for_load_state("networkidle")  # a frame that comes late moves the button
    corrected_at = time.time()
    robin.press("Ga verder met de verbeterde tekst")
    robin.look("corrected")
    robin.open(MAILING)
    robin.look("mailing-corrected", height=1250)
    relay.pace = 0.0
    served = readers - {half_way.who(REFUSED)}
    wait_until(lambda: set(relay.journal.copies()) >= served and relay.journal.repeats() > 0,
               seconds=60, what="the last mail")
    _judge(half_way, readers, paused_at=paused_at, corrected_at=corrected_at)
    robin.open("/edities/90-8")
    assert "niet op 2 juni" in robin.page.locator("main").inner_text()
    robin.look("edition-corrected")
    robin.follow("a:has-text('De eerste tekst')")
    assert "Niet de laatste tekst" in robin.page.locator("main").inner_text()
    robin.look("edition-first-text")
    robin.close()
    uli.close()


def _at_the_desk(chromium: Browser, house: House, login: Login, folder: Path) -> Walk:
    walk = Walk(chromium, site=house.site, folder=folder)
    log_in(walk.page, email=login.email, password=login.password, key=login.totp_key)
    return walk


def _send(house: House) -> frozenset[str]:
    """An edition that two others approved leaves now; whose it is, by the list that was closed."""
    with create_core(house.environ).app_context():
        with transaction():
            made = edition([article("data") for _ in range(3)], send_at=clock.now())
        carry_out_edition(made.id, settings=settings(), now=clock.now())
        readers = frozenset(db.session.scalars(
            select(Subscriber.address).join(Delivery, Delivery.subscriber_id == Subscriber.id)
            .where(Delivery.mailing_id.is_not(None))))
        db.session.remove()
        db.engine.dispose()
    return readers


def _judge(
    half_way: HalfWay, readers: frozenset[str], *, paused_at: float, corrected_at: float
) -> None:
    """By what the relay took: who had it before kept the old text, all others got the new one."""
    taken = list(half_way.relay.journal.entries)
    unheard = half_way.who(UNHEARD)
    copies = half_way.relay.journal.copies()
    assert set(copies) == readers - {half_way.who(REFUSED)}
    assert {address for address, count in copies.items() if count > 1} == {unheard}
    one, other = (each for each in taken if each.rcpt_to == unheard)
    assert (one.sha256, one.message_id) == (other.sha256, other.message_id)
    # Within five seconds of the press nothing leaves any more (D06).
    assert not [each for each in taken if paused_at + 5 < each.since < corrected_at]
    texts: dict[str, set[str]] = {OLD: set(), NEW: set()}
    for each in taken:
        is_new = each.at > corrected_at and each.rcpt_to != unheard
        subject = str(each.message["Subject"])
        assert subject == (NEW if is_new else OLD)
        texts[subject].add(each.rcpt_to)
    assert len(texts[OLD]) >= HALF - 1
    assert len(texts[NEW]) >= LEAST
    assert len({each.message_id for each in taken}) == len(copies)
