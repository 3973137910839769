"""Feeds at the desk in a real browser: axe in every state, and without script."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
import time_machine
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from newsletter.accounts.add import add_account
from newsletter.accounts.models import RoleName
from newsletter.app import create_app
from newsletter.articles.add_feed import FeedDraft, add_feed, switch_off
from newsletter.articles.feed_models import Feed
from newsletter.articles.look_at_feed import Seen, claim_look, keep_seen, see
from newsletter.articles.read_feed import Found
from newsletter.extensions import db
from newsletter.fetching.fetch import Limits
from newsletter.fetching.trouble import Trouble
from tests.articles.test_read_feed import BOMBS, rss
from tests.browser.login import log_in
from tests.browser.sight import Ears, faults_of
from tests.fetching.rude import Rude, endless, redirect, reply
from tests.material import NOW, article
from tests.second_factor import equip

EMAIL, PASSWORD = "noor@redactie.example", "een lang wachtwoord"
PICTURES = os.environ.get("PICTURES", "")
TITLE, OTHER = "Leiders denken mee aan het loket", "Een loket dat meedenken kan"
LONG = "https://bond.example/" + "een-heel-lang-adres-zonder-spaties" * 4

SCRIPT = "<script>document.title = 'Gekaapt'</script>"
NASTY = rss(
    f"<title><![CDATA[{SCRIPT}Vreemde titel]]></title><guid>1</guid>"
    "<link>javascript:alert(1)</link>"
    f"<description><![CDATA[{SCRIPT}<img src=x onerror=\"document.title='Gekaapt'\">Tekst]]>"
    "</description><pubDate>Tue, 10 Nov 2099 10:00:00 +0100</pubDate>",
    "<title>Dezelfde</title><guid>1</guid><link>/een</link>",
    "<title>Twee&#13;&#10;Bcc: x@x.example</title><guid>2</guid><link>/twee</link>",
    "<title>Gif \u202egnp.exe \u2066om\u2069</title><guid>3</guid><link>/drie</link>",
)
HOSTILE = {
    "Streken": reply(NASTY),
    "Bom": reply(rss(f"<title>{'&l9;' * 1000}</title>", head=BOMBS["billion laughs"])),
    "Binnen": redirect("http://169.254.169.254/"),
    "Eindeloos": endless(b"HTTP/1.1 200 OK\r\n\r\n"),
    "Brabbel": reply(rss("<title>x</title>").replace(b"utf-8", b"cp037")),
}
QUICK = Limits(seconds=1.0, wire_bytes=100_000, bytes=200_000)


def give(name: str, seen: Seen) -> Feed:
    made = add_feed(FeedDraft(name, f"https://{name.lower()}.example/feed", 6), now=NOW,
                    account_id=None)
    look = claim_look(made.id, now=NOW)
    assert look is not None
    keep_seen(look, seen, now=NOW)
    return made


def fill() -> None:
    article("data").title = "Een loket dat meedenkt"
    give("Bond", Seen([
        Found("1" * 64, LONG, TITLE, "Over leiderschap en data.",
              "Een **vet** woord.\n\nEn nog een alinea.", ("Noor", "Piet"), NOW.date()),
        Found("2" * 64, "", OTHER, "Zonder thema.", "", (), None),
    ]))
    give("Stuk", Seen(trouble=Trouble.NO_HOST, detail="stuk." + "lange-naam" * 6 + ".example"))
    switch_off(give("Oud", Seen([])), now=NOW)
    with Rude().running() as rude:
        for name, answer in HOSTILE.items():
            rude.answers[f"/{name}"] = answer
            made = add_feed(FeedDraft(name, rude.url(f"/{name}"), 6), now=NOW, account_id=None)
            look = claim_look(made.id, now=NOW)
            assert look is not None
            keep_seen(look, see(look, here=rude.here, limits=QUICK), now=NOW)


@pytest.fixture
def desk(chromium: Browser, make_database: Callable[[], dict[str, str]]) -> Iterator[str]:
    """The web on a port of its own, at the moment that the material speaks of."""
    # A browser that starts while time stands elsewhere waits for ever.
    assert chromium.is_connected()
    app = create_app(make_database())
    server = make_server("127.0.0.1", 0, app, threaded=True)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=True):
        with app.app_context():
            equip(add_account(email=EMAIL, name="Noor", password=PASSWORD,
                              roles=[RoleName.EDITOR], now=NOW))
            fill()
            db.session.commit()
            db.session.remove()
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.port}"
        server.shutdown()
        thread.join()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def enter(chromium: Browser, address: str, *, with_script: bool = True) -> Page:
    context = chromium.new_context(base_url=address, reduced_motion="reduce",
                                   java_script_enabled=with_script, bypass_csp=with_script)
    page = context.new_page()
    log_in(page, email=EMAIL, password=PASSWORD)
    return page


def look(page: Page, name: str) -> None:
    """The page as it stands is for everybody; with PICTURES set, it is kept to be seen."""
    assert faults_of(page) == [], name
    for width, scheme in ((1280, "light"), (320, "dark")) if PICTURES else ():
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.screenshot(path=Path(PICTURES) / f"feeds-{name}-{width}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")


def press(page: Page, name: str, *, of: str = "") -> None:
    """Press a button, of the piece with this title when there are several."""
    within = page.locator("main section", has=page.get_by_role("heading", name=of)) if of else page
    with page.expect_navigation():
        within.get_by_role("button", name=name).click()


def test_feeds_can_be_used_by_everybody(chromium: Browser, desk: str) -> None:
    page = enter(chromium, desk)
    ears = Ears(page)
    page.goto("/redactie/feeds")
    look(page, "list")
    press(page, "Voeg toe")
    expect(page.locator("[aria-labelledby=faults]")).to_be_focused()
    look(page, "list-faults")
    page.goto("/redactie/feeds")
    page.get_by_role("link", name="Stuk", exact=True).click()
    look(page, "failing")
    press(page, "Zet uit")
    look(page, "off")
    page.goto("/redactie/feeds/gevonden")
    look(page, "found")
    press(page, "Neem over als concept", of=OTHER)
    expect(page.locator("[aria-labelledby=faults]")).to_be_focused()
    look(page, "found-faults")
    press(page, "Neem over als concept", of=TITLE)
    look(page, "taken-over")
    press(page, "Leg weg", of=OTHER)
    page.get_by_role("link", name="Weggelegd").click()
    look(page, "aside")
    assert ears.said == []
    page.context.close()


def test_feeds_that_mean_harm_do_none(chromium: Browser, desk: str) -> None:
    page = enter(chromium, desk)
    ears = Ears(page)
    page.goto("/redactie/feeds")
    for name in sorted(set(HOSTILE) - {"Streken"}):
        row = page.locator("tr", has=page.get_by_role("link", name=name, exact=True))
        assert "Lukt niet" in row.inner_text(), name
    page.goto("/redactie/feeds/gevonden")
    found = page.locator("main section h2").all_inner_texts()
    # Of two of the same name there is one, and no title turns the words around it.
    (name,) = {"Vreemde titel", "Dezelfde"} & set(found)
    assert "Twee Bcc: x@x.example" in found
    assert not {"\u202e", "\u2066", "\r", "\n"} & set("".join(found))
    assert page.locator("a[href^='javascript:'], main script, main img").count() == 0
    section = page.locator("main section", has=page.get_by_role("heading", name=name))
    section.locator("details").evaluate_all("all => all.forEach(each => { each.open = true; })")
    section.locator("input[type=checkbox]").first.check()
    press(page, "Neem over als concept", of=name)
    assert name in page.locator(".notice.done").inner_text()
    page.goto("/redactie/artikelen?stand=concept")
    page.get_by_role("link", name=name).click()
    assert "script" not in page.locator("#summary").input_value()
    assert "Gekaapt" not in page.title()
    assert ears.said == []
    page.context.close()


def test_a_piece_is_taken_over_without_script(chromium: Browser, desk: str) -> None:
    page = enter(chromium, desk, with_script=False)
    page.goto("/redactie/feeds/gevonden")
    press(page, "Neem over als concept", of=TITLE)
    assert TITLE in page.locator(".notice.done").inner_text()
    page.goto("/redactie/artikelen?stand=concept")
    assert page.get_by_role("link", name=TITLE).count() == 1
    page.context.close()
