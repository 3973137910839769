"""Every page of the desk in a real browser: axe, narrow, and with letters of double size (A02).

The table of the desk is read: a new page that is not opened here turns the suite red.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from threading import Thread

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, Page
from sqlalchemy import delete
from werkzeug.serving import make_server

from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.app import create_app
from newsletter.articles.add_feed import FeedDraft, add_feed
from newsletter.articles.offer import offer
from newsletter.articles.versions import keep_version, live_draft_of
from newsletter.core import settings, signer
from newsletter.digests.models import DigestSlot
from newsletter.editions.enter_period import PeriodDraft, enter_period
from newsletter.editions.write_correction import open_correction
from newsletter.extensions import db
from newsletter.mailings.history import mails_of
from newsletter.mailings.pause import pause
from newsletter.mailings.queries import get_mailing
from newsletter.sending.carry_out import carry_out_edition
from newsletter.subscribers.load_import import load_import
from newsletter.subscribers.open_request import open_request
from newsletter.subscribers.request_models import DataRequestKind
from newsletter.subscribers.work_import import work_import
from newsletter.web.desk.table import PAGES
from newsletter.web.desk.theme_acts import DEEDS
from tests.browser.accessible import assert_accessible
from tests.browser.login import give_password
from tests.browser.sight import Ears, overflow_of
from tests.material import NOW, article, edition, reader, slot
from tests.second_factor import equip

EMAIL, PASSWORD = "noor@redactie.example", "een lang wachtwoord"
# What is no page: JSON for a script, the mails that stand in a frame, and what only leads on.
NO_PAGES = {
    "mailing_state", "import_state", "preview", "approval_mail", "rehearsed_mail", "this_year",
    "import_report", "reader_mail_html", "shift", "mailing_report_csv", "figures_csv",
    "corrected_mail",
}
PROOF = {"source": "Congres van mei", "given_on": "2026-05-20", "wording": "Ja, mail mij."}
LONG = "Rijksinspectie Digitale Infrastructuur"  # a name of an editor may be as long


@dataclass
class Desk:
    """A running desk, with an address for each of its pages by name."""

    app: Flask
    address: str
    pages: dict[str, str]


@pytest.fixture(scope="module")
def desk(chromium: Browser, make_database: Callable[[], dict[str, str]]) -> Iterator[Desk]:
    """The web on a port of its own, at the moment that the material speaks of."""
    # A browser that starts while time stands elsewhere waits for ever.
    assert chromium.is_connected()
    app = create_app(make_database())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=True):
        with app.app_context():
            pages = _addresses()
            db.session.remove()
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Desk(app, f"http://127.0.0.1:{server.port}", pages)
        server.shutdown()
        thread.join()
        server.server_close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _addresses() -> dict[str, str]:
    admin = equip(add_account(email=EMAIL, name=LONG, password=PASSWORD, roles=[RoleName.ADMIN],
                              now=NOW))
    db.session.execute(delete(DigestSlot))
    for _ in range(3):
        one = reader("data", "leiderschap")
    asked = open_request(DataRequestKind.ACCESS, subscriber_id=one.subscriber_id,
                         account_id=admin.id, received_on=NOW.date(), now=NOW)
    loaded, _read = load_import(b"e-mail\nanne@gemeente.example\n", proof=PROOF,
                                account_id=admin.id, now=NOW)
    while work_import(loaded.id, at_most=9, signer=signer(), now=NOW):
        pass
    stored = [article("data", "leiderschap") for _ in range(3)]
    closed = enter_period(PeriodDraft("Herfstvakantie", date(2026, 10, 17), date(2026, 10, 25)),
                          account_id=admin.id, now=NOW)
    feed = add_feed(FeedDraft(name="Nieuws", address="https://elders.example/feed",
                              every_hours=6), now=NOW,
                    account_id=admin.id)
    keep_version(stored[0], account_id=admin.id, saved_at=NOW)
    writer = add_account(email="anne@partner.example", name=f"Anne van de {LONG}", password=None,
                         roles=[RoleName.CONTRIBUTOR], now=NOW)
    draft = replace(live_draft_of(stored[0]), title="Een titel die wacht", body_md="Een alinea.")
    offered = offer(stored[0], draft, revision=None, now=NOW, account_id=writer.id)
    assert offered is not None
    sent, coming = edition(stored[:2]), edition(stored, send_at=NOW + timedelta(days=7), number=7)
    digest = slot(at=NOW + timedelta(days=1))
    db.session.commit()
    carry_out_edition(sent.id, settings=settings(), now=NOW)
    mailing = f"edition:{sent.key}"
    pause(get_mailing(mailing).id, now=NOW)
    open_correction(sent, get_mailing(mailing), by=admin.id, now=NOW)
    db.session.commit()
    values = {"<int:article_id>": str(stored[0].id), "<int:year>": "2026",
              "<int:slot_id>": str(digest.id), "<slug>": "data",
              "<int:proposal_id>": str(offered.id),
              "<int:revision>": str(stored[0].revision),
              "<int:subscriber_id>": str(one.subscriber_id),
              "<mail_id>": mails_of(one.subscriber_id)[0].id, "<int:request_id>": str(asked.id),
              "<int:feed_id>": str(feed.id),
              "<int:period_id>": str(closed.id),
              "<int:import_id>": str(loaded.id), "<int:account_id>": str(admin.id)}
    found = {}
    for page in PAGES:
        if page.get is None or page.name in NO_PAGES:
            continue
        address = page.address.replace(
            "<key>", mailing if page.address.startswith("/verzendingen") else coming.key)
        for place, value in values.items():
            address = address.replace(place, value)
        found[page.name] = f"/redactie{address}"
    acts = found.pop("theme_act")
    return {**found, **{act: acts.replace("<act>", act) for act in DEEDS}}


@pytest.fixture(scope="module")
def page(chromium: Browser, desk: Desk) -> Iterator[Page]:
    """A tab of somebody who is logged in; at the end the browser complained of nothing."""
    context = chromium.new_context(base_url=desk.address, reduced_motion="reduce")
    page = context.new_page()
    ears = Ears(page)
    page.goto("/redactie/inloggen")
    assert overflow_of(page) == []
    give_password(page, email=EMAIL, password=PASSWORD)
    yield page
    context.close()
    assert ears.said == []


def test_no_page_of_the_desk_scrolls_sideways_however_large_the_letters(
    page: Page, desk: Desk
) -> None:
    wrong = {}
    for name, address in desk.pages.items():
        for language in ("nl", "en"):
            answer = page.goto(f"{address}?taal={language}")
            assert answer is not None
            assert answer.status == 200, name
            if found := overflow_of(page):
                wrong[name, language] = found
    assert wrong == {}


def test_every_page_of_the_desk_can_be_used_by_everybody(page: Page, desk: Desk) -> None:
    for name, address in desk.pages.items():
        page.goto(address)
        page.set_viewport_size({"width": 320, "height": 860})
        page.emulate_media(color_scheme="dark")
        assert_accessible(page, f"{name}, narrow, dark")
        page.set_viewport_size({"width": 1280, "height": 860})
        page.emulate_media(color_scheme="light")
        assert_accessible(page, f"{name}, wide, light")
