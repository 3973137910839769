"""A correction in mid-send by two people in two browsers, each with a second factor."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser
from sqlalchemy import text

from newsletter import clock
from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.app import create_app
from newsletter.core import settings
from newsletter.extensions import db
from newsletter.sending.carry_out import carry_out_edition
from tests.browser.login import log_in
from tests.browser.serving import served
from tests.browser.walk import Walk
from tests.journeys.house import free_port
from tests.material import article, edition, reader
from tests.second_factor import equip

MAILING = "/redactie/verzendingen/edition:90-8"
NOOR, ROBIN = "noor@redactie.example", "robin@redactie.example"
PASSWORD = "een lang wachtwoord"
# Of sixty readers: who has the mail, to whom it comes later, and who never gets it. The clock of
# the database is the real one, so this desk is of today.
_UNDER_WAY = text("""
    update deliveries d
       set status = v.status, attempts = v.attempts,
           sent_at = case when v.status = 'sent'
                          then clock_timestamp() - make_interval(secs => 2 + v.n * 2) end,
           ended_at = case when v.status in ('sent', 'failed', 'skipped')
                           then clock_timestamp() end,
           reply_code = case when v.status = 'failed' then '550 5.1.1' end,
           skip_reason = case when v.status = 'skipped' then 'unsubscribed' end,
           unclear_count = (v.status = 'unclear')::int,
           due_at = clock_timestamp() + interval '20 minutes'
      from (select id, n, case when n <= 30 then 'sent' when n <= 32 then 'failed'
                               when n <= 34 then 'skipped' when n <= 37 then 'deferred'
                               when n = 38 then 'unclear' else 'pending' end as status,
                   (n <= 38)::int as attempts
              from (select id, row_number() over (order by id) as n from deliveries
                     where mailing_id is not null) numbered) v
     where d.id = v.id
""")


@pytest.fixture
def site(chromium: Browser, make_database: Callable[[], dict[str, str]]) -> Iterator[str]:
    """The web on a port of its own, and a mailing at half of its way."""
    app = create_app(make_database())
    with app.app_context():
        _material()
    with served(app, free_port()) as address:
        yield address
    _close(app)


def _material() -> None:
    now = clock.now()
    for email, role in ((NOOR, RoleName.EDITOR), (ROBIN, RoleName.PUBLISHER)):
        equip(add_account(email=email, name=email.partition("@")[0].title(), password=PASSWORD,
                          roles=[role], now=now))
    for _ in range(60):
        reader("data", at=now - timedelta(days=30))
    items = [article("data", released_at=now - timedelta(days=1)) for _ in range(3)]
    made = edition(items, send_at=now)
    db.session.commit()
    carry_out_edition(made.id, settings=settings(), now=clock.now())
    db.session.execute(_UNDER_WAY)
    db.session.commit()
    db.session.remove()


def _close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_one_corrects_another_approves_and_both_texts_stand_in_the_archive(
    chromium: Browser, site: str, tmp_path: Path
) -> None:
    noor, robin = (Walk(chromium, site=site, folder=tmp_path) for _ in range(2))
    log_in(noor.page, email=NOOR, password=PASSWORD)
    noor.open(MAILING)
    assert "mails per minuut" in noor.page.locator("main").inner_text()
    noor.look("mailing-running", height=1250)
    noor.press("Pauzeer")
    noor.look("mailing-paused", height=1250)
    noor.follow("a:has-text('Verbeter de tekst')")
    noor.press("Begin een verbetering")
    noor.page.get_by_label("Onderwerp van de mail").fill("Nu met de goede datum")
    noor.page.locator("#text_nl").fill("Het congres is op 3 juni, niet op 2 juni.")
    noor.press("Bewaar tekst")
    noor.press("Vraag goedkeuring")
    noor.look("correction", height=1700)
    log_in(robin.page, email=ROBIN, password=PASSWORD)
    robin.open(f"{MAILING}/verbetering")
    robin.follow("a:has-text('Bekijk en keur goed')")
    robin.press("Keur goed")
    robin.page.get_by_text("Goedgekeurd. Zo gaat de mail weg").wait_for()
    noor.open(f"{MAILING}/verbetering")
    noor.page.wait_for_load_state("networkidle")  # a frame that comes late moves the button
    noor.press("Ga verder met de verbeterde tekst")
    assert "25 lezers" in noor.page.locator("main").inner_text()
    noor.look("corrected")
    noor.open(MAILING)
    noor.look("mailing-corrected", height=1250)
    noor.open("/edities/90-8")
    assert "niet op 2 juni" in noor.page.locator("main").inner_text()
    noor.look("edition-corrected")
    noor.follow("a:has-text('De eerste tekst')")
    assert "Niet de laatste tekst" in noor.page.locator("main").inner_text()
    noor.look("edition-first-text")
    noor.close()
    robin.close()
