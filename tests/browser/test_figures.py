"""Figures in a real browser: a year of growth, the report of a mailing, and the two buttons."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
import time_machine
from playwright.sync_api import Browser
from sqlalchemy import select, text

from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.app import create_app
from newsletter.core import settings
from newsletter.extensions import db
from newsletter.mailings.answer import Answer, answer
from newsletter.mailings.models import MailingStatus
from newsletter.mailings.queries import get_mailing
from newsletter.sending.carry_out import carry_out_edition
from newsletter.subscribers.count_days import count_days
from newsletter.subscribers.leave import Leaving, leave
from newsletter.subscribers.models import Subscription
from newsletter.subscribers.record_consent import Proof
from seeds.copy_readers import copy_readers, number_of_themes
from seeds.readers import make_readers
from tests.browser.login import log_in
from tests.browser.serving import served
from tests.browser.walk import DOCS, UPDATE, Walk
from tests.journeys.house import free_port
from tests.material import NOW, article, edition
from tests.second_factor import equip

EMAIL, PASSWORD = "noor@redactie.example", "een lang wachtwoord"
LATER = NOW + timedelta(days=9)
READERS, LEAVERS, FAILED = 900, 200, 21
KEY = "edition:90-8"


@pytest.fixture(scope="module")
def site(
    chromium: Browser, make_database: Callable[[], dict[str, str]]
) -> Iterator[str]:
    """A desk with two years behind it, nine days after an edition left."""
    # A browser that starts while time stands elsewhere waits for ever.
    assert chromium.is_connected()
    app = create_app(make_database())
    with time_machine.travel(LATER, tick=True):
        with app.app_context():
            _fill()
            db.session.remove()
        with served(app, free_port()) as address:
            yield address
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _fill() -> None:
    equip(add_account(email=EMAIL, name="Noor", password=PASSWORD, roles=[RoleName.EDITOR],
                      now=NOW))
    random = Random(7)
    made = make_readers(READERS, seed=1, themes=number_of_themes(), now=NOW)
    copy_readers(db.session(), made, on_done=lambda _count: None)
    db.session.commit()
    ids = list(db.session.scalars(select(Subscription.subscriber_id)))
    proof = Proof("one_click_post", "/afmelden")
    for subscriber_id in random.sample(ids, LEAVERS):
        each = db.session.get_one(Subscription, subscriber_id)
        assert each.confirmed_at is not None
        left_at = each.confirmed_at + (NOW - each.confirmed_at) * random.random()
        leave(each, Leaving.ALL, proof=proof, now=left_at)
    while count_days(now=NOW):
        pass
    sent = edition([article("data")])
    db.session.commit()
    carry_out_edition(sent.id, settings=settings(), now=NOW)
    # As the post room would leave it; what it does itself is tried elsewhere.
    ended = {"ended": NOW + timedelta(minutes=14), "failed": FAILED}
    db.session.execute(text("""
        update deliveries set status = 'sent', sent_at = :ended, ended_at = :ended"""), ended)
    db.session.execute(text("""
        update deliveries set status = 'failed', sent_at = null,
               reply_code = case when id % 3 = 0 then '5.2.2' else '5.1.1' end
         where id in (select id from deliveries order by id limit :failed)"""), ended)
    mailing = get_mailing(KEY)
    mailing.status, mailing.finished_at = MailingStatus.FINISHED, ended["ended"]
    for said, times in ((Answer.USEFUL, 61), (Answer.NOT_USEFUL, 8)):
        for _ in range(times):
            assert answer(mailing, said, now=NOW)
    for subscriber_id in ids[:40]:
        one = db.session.get_one(Subscription, subscriber_id)
        leave(one, Leaving.EDITIONS, proof=proof, now=NOW + timedelta(days=1))
    db.session.commit()


@pytest.fixture
def walk(chromium: Browser, site: str, tmp_path: Path) -> Iterator[Walk]:
    if UPDATE:
        DOCS.mkdir(parents=True, exist_ok=True)
    opened = Walk(chromium, site=site, folder=tmp_path)
    yield opened
    opened.close()


def test_an_editor_sees_growth_and_the_report_of_a_mailing(walk: Walk) -> None:
    log_in(walk.page, email=EMAIL, password=PASSWORD)
    walk.open("/redactie/cijfers?van=11-2025")
    walk.look("figures", height=2100)
    drawn = walk.page.locator("svg.chart.small").first.bounding_box()
    assert drawn is not None
    assert drawn["width"] > 150
    walk.page.locator("details summary").first.press("Enter")
    assert walk.page.locator("details[open] td").count() == 12
    walk.page.goto("/redactie/cijfers?van=niets")
    assert walk.page.locator("#van").get_attribute("aria-invalid") == "true"
    walk.look("figures-refused")
    walk.open(f"/redactie/verzendingen/{KEY}")
    walk.follow("a[href$='/verslag']")
    walk.look("report", height=1500)
    with walk.page.expect_download() as came:
        walk.page.locator("a[href$='verslag.csv']").click()
    assert came.value.suggested_filename == "verslag-edition-90-8.csv"


def test_a_reader_answers_without_script_and_is_thanked(walk: Walk) -> None:
    walk.open("/nuttig/edition.90-8")
    walk.look("useful")
    walk.press("Ja, nuttig")
    assert walk.heading() == "Dank je wel"
    walk.look("useful-thanks")
    walk.page.go_back()
    walk.press("Nee, niet nuttig")
    assert walk.heading() == "Dank je wel"
    assert walk.page.context.cookies() == []
