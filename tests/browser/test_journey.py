"""The journey in a real browser: a reader's part, and at the desk that of the editor and publisher.

An edition goes from empty to sent by two people, each with a second factor.
"""

from collections.abc import Callable
from datetime import datetime

from newsletter import clock
from newsletter.local.show import desk as desk
from newsletter.local.show.browser import Visitor, wait_for
from newsletter.local.show.codes import typed_code
from newsletter.local.show.mails import Inbox, ShownMail
from newsletter.local.show.material import (
    EDITION_PREHEADER,
    EDITION_SUBJECT,
    EDITION_TITLE,
    EDITORIAL,
    PIECES,
    Piece,
)
from seeds.demo import LOGINS
from tests.browser.login import log_in
from tests.browser.walk import Walk
from tests.journeys.house import House

ADDRESS = "noor@gemeente.example"


def test_from_sign_up_to_unsubscribe_as_a_person_sees_it(
    house: House, walks: Callable[[], Walk]
) -> None:
    noor, robin, uli = walks(), walks(), walks()
    with Visitor(house.site) as looker:
        inbox = Inbox(looker)
        _sign_up(noor)
        _confirm(noor, inbox)
        _choose(noor, inbox)
        _log_in(robin, house)
        for piece in PIECES[:4]:
            _write_and_release(robin, piece)
        robin.look("article")
        key = _compose(robin)
        _rehearse(robin)
        _approve(robin, uli, key)
        moment = _set_moments(robin, key)
        _look_around(robin)
        _read_magazine(noor)
        digest, edition = (_mail(inbox, kind) for kind in ("digest", "edition"))
        _watch_ledger(robin, key, moment)
        _look_up(uli)
        _look_at_data(noor, inbox)
    _read(noor, digest, edition, key)
    _leave(noor, digest)


def _sign_up(noor: Walk) -> None:
    noor.open("/")
    noor.look("home")
    noor.follow("nav a[href='/aanmelden']")
    noor.look("sign-up")
    noor.page.get_by_label("E-mailadres").fill("noor")
    noor.press("Vraag mijn abonnement aan")
    noor.look("sign-up-refused")
    assert noor.page.get_by_label("E-mailadres").input_value() == "noor"
    noor.page.get_by_label("E-mailadres").fill(ADDRESS)
    noor.page.get_by_label("Stuur mij elke editie").check()
    noor.page.get_by_label("Data", exact=True).check()
    noor.page.get_by_label("Elke week").check()
    noor.press("Vraag mijn abonnement aan")
    assert noor.heading() == "Kijk in je mail"
    noor.look("check-mail")


def _confirm(noor: Walk, inbox: Inbox) -> None:
    _look_at_mail(noor, "mail-confirmation", _mail(inbox, "confirmation"))
    noor.open("/inbox/")
    noor.look("inbox")
    noor.follow("table a")
    noor.look("inbox-mail")
    noor.follow("a[href*='/bevestigen/']")
    noor.look("confirm")
    noor.press("Ja, ik word abonnee")
    assert noor.heading() == "Je bent abonnee"
    noor.look("confirmed")


def _choose(noor: Walk, inbox: Inbox) -> None:
    _look_at_mail(noor, "mail-welcome", _mail(inbox, "welcome"))
    noor.open("/inbox/")
    noor.follow("table a")
    noor.follow("a[href*='/voorkeuren/']")
    noor.page.get_by_label("Dienstverlening", exact=True).check()
    noor.press("Bewaar mijn keuzes")
    assert "Je volgt nu twee thema’s." in noor.page.locator(".notice.done").inner_text()
    noor.look("preferences")


def _log_in(robin: Walk, house: House) -> None:
    robin.open("/redactie/")
    robin.look("log-in")
    robin.page.get_by_label("E-mailadres").fill(house.login.email)
    robin.page.get_by_label("Wachtwoord").fill(house.login.password)
    robin.press("Log in")
    robin.look("log-in-code")
    robin.page.get_by_label("Code").fill("000000")
    robin.press("Log in")
    assert "Deze code klopt niet" in robin.page.locator(".notice.wrong").inner_text()
    robin.look("log-in-code-refused")
    robin.page.get_by_label("Code").fill(typed_code(house.login.totp_key))
    robin.press("Log in")
    robin.look("first-page")


def _write_and_release(robin: Walk, piece: Piece) -> None:
    robin.open("/redactie/artikelen/nieuw")
    page = robin.page
    page.get_by_label("Titel", exact=True).fill(piece.title)
    page.locator("#kind").select_option(piece.kind)
    page.locator("#authors").fill("\n".join(piece.authors.split(", ")))
    page.locator("#summary").fill(piece.summary)
    page.locator("#body_md").fill(piece.body)
    for theme in piece.themes:
        page.locator(f"input[name=theme_ids][value={theme}]").check()
    robin.press("Bewaar")
    page.get_by_label("Nu", exact=True).check()
    robin.press("Geef vrij")
    assert "Vrijgegeven." in page.locator(".notice.done").inner_text()


def _compose(robin: Walk) -> str:
    robin.open("/redactie/edities")
    robin.look("editions")
    robin.follow("section[aria-labelledby=coming] td a")
    key = robin.page.url.rpartition("/")[2]
    robin.page.get_by_label("Titel van de editie").fill(EDITION_TITLE)
    robin.page.get_by_label("Onderwerp van de mail").fill(EDITION_SUBJECT)
    robin.page.locator("#preheader").fill(EDITION_PREHEADER)
    robin.page.locator("#editorial_md").fill(EDITORIAL)
    robin.press("Bewaar tekst")
    robin.follow("section[aria-labelledby=order] a[href$='/artikelen']")
    for piece in PIECES[:4]:
        robin.page.get_by_label(piece.title, exact=True).check()
    robin.look("choose")
    robin.press("Voeg toe")
    robin.open(f"/redactie/edities/{key}")
    robin.look("desk", height=1500)
    return key


def _approve(robin: Walk, uli: Walk, key: str) -> None:
    """She dates it for today and asks; who wrote it may not approve it, and another does."""
    robin.open(f"/redactie/edities/{key}/data")
    local = clock.local(desk.minute_ahead(clock.now(), seconds=6))
    for name in ("copy_deadline_at", "approval_deadline_at", "send_at"):
        robin.page.locator(f"[name={name}_day]").fill(f"{local.day}-{local.month}-{local.year}")
        robin.page.locator(f"[name={name}_time]").fill(f"{local:%H.%M}")
    robin.press("Bewaar de data")
    assert not robin.page.locator(".notice.wrong").count()
    robin.open(f"/redactie/edities/{key}")
    robin.press("Vraag goedkeuring")
    robin.open(f"/redactie/edities/{key}/goedkeuring")
    assert "Jij kunt dit niet beslissen" in robin.page.locator("main").inner_text()
    login = LOGINS[1]
    log_in(uli.page, email=login.email, password=login.password, key=login.totp_key)
    uli.follow(f"main a[href='/redactie/edities/{key}/goedkeuring']")  # the first page leads there
    uli.look("approval", height=1250)
    uli.press("Keur goed")
    uli.look("approved")


def _set_moments(robin: Walk, key: str) -> datetime:
    moment = desk.minute_ahead(clock.now(), seconds=6)
    robin.open("/redactie/digests")
    robin.page.get_by_label("Lezers met een weekmail").check()
    _type_moment(robin, moment)
    robin.press("Voeg toe")
    robin.open(f"/redactie/edities/{key}")
    _type_moment(robin, moment)
    robin.press("Plan in")
    assert "vertrekt vanzelf" in robin.page.locator(".notice.done").inner_text()
    return moment


def _type_moment(robin: Walk, moment: datetime) -> None:
    local = clock.local(moment)
    robin.page.get_by_label("Dag", exact=True).fill(f"{local.day}-{local.month}-{local.year}")
    robin.page.get_by_label("Tijd", exact=True).fill(f"{local:%H.%M}")


def _look_around(robin: Walk) -> None:
    """The minute until the moment comes is well spent."""
    for path, name in (
        ("/redactie/jaarplan", "this-year"),
        ("/redactie/digests", "digests"),
        ("/redactie/artikelen", "articles"),
        ("/redactie/verzendingen", "mailings"),
    ):
        robin.open(path)
        robin.look(name)


def _rehearse(robin: Walk) -> None:
    """Who gets what of the next weekly digest, and what one reader gets."""
    robin.open("/redactie/digests")
    robin.follow("tr:has(th:has-text('Weekmail')) a[href$='/proef']")
    robin.look("rehearsal")
    robin.follow("a[href*='beeld=tekst']")
    robin.look("rehearsal-text")
    robin.page.get_by_label("E-mailadres").fill("noor")
    robin.press("Zoek op")
    robin.look("rehearsal-refused")
    robin.page.get_by_label("E-mailadres").fill(ADDRESS)
    robin.press("Zoek op")
    assert "Deze lezer krijgt een mail" in robin.page.locator(".notice.done").inner_text()
    robin.look("rehearsal-reader")


def _read_magazine(noor: Walk) -> None:
    for path, name in (
        ("/edities/", "shelf"), ("/themas/data", "theme"), ("/mijn-link", "ask-link"),
        ("/privacy", "privacy"), ("/?taal=en", "home-english"),
        ("/p/vdp", "partner"), ("/insluiten", "embed"), ("/p/vdp/insluiten", "partner-embed"),
    ):
        noor.open(path)
        noor.look(name)


def _watch_ledger(robin: Walk, key: str, moment: datetime) -> None:
    robin.open("/redactie/digests")
    robin.look("digests-past")
    for address in (f"edition:{key}", f"digest:weekly:{moment:%Y-%m-%dT%H:%M}Z"):
        robin.open(f"/redactie/verzendingen/{address}")
        wait_for(lambda: _is_finished(robin), seconds=30, what="the end of the mailing")
        assert "Klopt" in robin.page.locator(".equation").inner_text()
        robin.look("mailing")


def _look_up(uli: Walk) -> None:
    """What the publisher can say to a reader who asks what we know of her."""
    uli.open("/redactie/lezers")
    uli.look("readers")
    uli.page.get_by_label("E-mailadres").fill(ADDRESS)
    uli.press("Zoek")
    assert ADDRESS not in uli.page.locator("main").inner_text()
    uli.look("dossier", height=1400)


def _is_finished(robin: Walk) -> bool | None:
    robin.page.reload()
    return robin.page.get_by_text("Slotrapport").count() > 0 or None


def _read(noor: Walk, digest: ShownMail, edition: ShownMail, key: str) -> None:
    assert len(edition.articles()) == 4
    # What else there is in her themes, each once, and nothing that the edition brought.
    assert len(digest.articles()) == len({*digest.articles()} - {*edition.articles()}) == 12
    for name, mail in (("mail-digest", digest), ("mail-edition", edition)):
        _look_at_mail(noor, name, mail)
    noor.open(f"/edities/{key}")
    noor.look("edition")
    noor.open(f"/edities/{key}/mail")
    noor.open(f"/artikelen/{edition.articles()[0]}")
    noor.look("article-page")


def _look_at_data(noor: Walk, inbox: Inbox) -> None:
    """What is known of her, and all that was sent, by the fresh link (W12)."""
    noor.open(inbox.wait_for(ADDRESS, "welcome").link("/voorkeuren/"))
    noor.press("Mail mij een link naar mijn gegevens")
    noor.look("fresh-link")
    data = wait_for(
        lambda: next((mail.link("/mijn-gegevens/") for mail in inbox.mails_of(ADDRESS)
                      if mail.links("/mijn-gegevens/")), None),
        seconds=30, what="the mail with the fresh link",
    )
    noor.open(data)
    noor.look("my-data")
    noor.open(f"{data}/mails")
    noor.look("my-mails")


def _look_at_mail(noor: Walk, name: str, mail: ShownMail) -> None:
    noor.page.goto("about:blank")
    noor.look_at_mail(name, mail.html or "")


def _leave(noor: Walk, digest: ShownMail) -> None:
    noor.open(digest.link("/afmelden/"))
    noor.look("leave")
    noor.press("Stop alle mail")
    noor.look("left")
    noor.open(digest.link("/voorkeuren/"))
    assert noor.heading() == "Je bent nu geen abonnee"
    noor.look("not-a-reader")


def _mail(inbox: Inbox, kind: str) -> ShownMail:
    return inbox.wait_for(ADDRESS, kind)
