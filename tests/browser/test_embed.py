"""The form on another site, in a real browser: from the pasted code to the mail in the inbox."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from newsletter.local.show.browser import Visitor
from newsletter.local.show.mails import Inbox
from tests.browser.walk import Walk
from tests.journeys.house import House

# A site in the character set of its time, which tells nobody where its visitors come from.
ELSEWHERE = "http://intranet.gemeente.example"
HOST = (
    '<!DOCTYPE html><html lang="nl"><head><meta charset="iso-8859-1"><title>Intranet</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="referrer" content="no-referrer"></head><body><main><h1>Intranet</h1>{}</main>'
    "</body></html>"
)


@pytest.mark.parametrize("page", ["/insluiten", "/p/vdp/insluiten"])
def test_a_visitor_of_another_site_subscribes_on_ours(
    house: House, walks: Callable[[], Walk], page: str
) -> None:
    noor = walks()
    noor.open(page)
    pasted = "".join(area.input_value() for area in noor.page.locator("textarea").all())
    noor.page.route(
        f"{ELSEWHERE}/**",
        lambda route: route.fulfill(content_type="text/html", body=HOST.format(pasted)),
    )
    noor.open(f"{ELSEWHERE}/")
    noor.look("host")
    noor.page.locator("#newsletter-address-nl").fill("jürgen@gemeente.example")
    with noor.page.expect_navigation():
        noor.page.keyboard.press("Enter")
    assert noor.heading() == "Kies wat je wilt lezen"
    expect(noor.page.locator("h1")).to_be_focused()
    assert noor.page.get_by_label("E-mailadres").input_value() == "jürgen@gemeente.example"
    assert noor.page.context.cookies() == []
    noor.look("arrived")
    noor.press("Vraag mijn abonnement aan")
    assert noor.heading() == "Kijk in je mail"
    with Visitor(house.site) as looker:
        assert Inbox(looker).wait_for("jürgen@gemeente.example", "confirmation")


def test_a_bad_address_comes_back_at_the_field_with_the_focus_on_what_is_wrong(
    house: House, walks: Callable[[], Walk]
) -> None:
    noor = walks()
    for page, action in (("/", "Abonneer je gratis"),
                         ("/insluiten", "Abonneer je gratis op inGovernment")):
        noor.open(page)
        noor.page.locator("input[name=address]").fill("noor")
        noor.press(action)
        expect(noor.page.locator("[role=alert]")).to_be_focused()
        noor.page.locator("[role=alert] a").first.press("Enter")
        expect(noor.page.locator("#address")).to_be_focused()
        assert noor.page.locator("#address").input_value() == "noor"
