"""A correction as people at the desk make one, by the pages alone."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from newsletter.articles.models import Article
from newsletter.core import settings
from newsletter.deliveries.models import Delivery, DeliveryStatus
from newsletter.mailings.models import Mailing
from newsletter.mailings.pause import pause
from newsletter.mailings.queries import get_mailing
from newsletter.sending.carry_out import carry_out_edition
from tests.material import NOW, article, deliveries, edition, reader
from tests.second_factor import code
from tests.web.desk.conftest import Worker
from tests.web.visitor import form_of, page

KEY = "edition:90-8"
MAILING = f"/redactie/verzendingen/{KEY}"
OLD = f"{MAILING}/oude-tekst"
PATH = f"{MAILING}/verbetering"
APPROVAL = "/redactie/edities/90-8/goedkeuring"
TEXTS = {"title": "Een editie", "subject": "Nu goed", "preheader": "", "editorial_md": "Dag.",
         "text_nl": "De datum klopte niet.", "text_en": ""}


def paused_half_way(session: Session) -> Mailing:
    """Of three readers one has the mail; the rest waits."""
    for _ in range(3):
        reader("data")
    carry_out_edition(edition([article("data")]).id, settings=settings(), now=NOW)
    session.execute(
        update(Delivery).where(Delivery.id == deliveries()[0].id)
        .values(status=DeliveryStatus.SENT, sent_at=NOW, ended_at=NOW))
    session.commit()
    mailing = pause(get_mailing(KEY).id, now=NOW)
    session.commit()
    return mailing


def write(worker: Worker, **fields: str) -> int:
    """Begin a correction, unless there is one, and save it; what saving answered."""
    worker.post(f"{PATH}/begin")
    given = {**TEXTS, "written": which(worker), "revision": "0", **fields}
    return worker.post(PATH, **given).status_code


def which(worker: Worker) -> str:
    """Which correction the form of the page writes; empty for none."""
    found = page(worker.get(PATH)).css_first('input[name="written"]')
    return str(found.attributes["value"]) if found else ""


def approval_in(worker: Worker) -> str:
    """The number of the approval that this person may give; empty for none."""
    found = page(worker.get(APPROVAL)).css_first('input[name="approval"]')
    return str(found.attributes["value"]) if found else ""


def weighty(worker: Worker, path: str, **fields: str | list[str]) -> int:
    """An act of weight, with the code that it asks."""
    return worker.post(path, second_factor_code=code(), **fields).status_code


def press(worker: Worker, at: str, path: str = "") -> int:
    """Open the page `at` and press its button that posts to `path`, with all that it brings along.
    """
    form = form_of(worker.get(at), action=path or at)
    fields = {name: values for name, values in form.fields.items() if name != "csrf_token"}
    return weighty(worker, path or at, **fields)


def approve_it(editor: Worker, second: Worker) -> None:
    """One writes and asks, another approves."""
    assert write(editor) == 303
    editor.post(f"{PATH}/goedkeuring")
    assert weighty(second, f"{APPROVAL}/akkoord", approval=approval_in(second)) == 303


def save_article(worker: Worker, made: Article, **typed: str) -> None:
    """Change the article on its page, as who opened it just now does."""
    address = f"/redactie/artikelen/{made.id}"
    shown = worker.get(address)
    form = form_of(shown, action=address)
    areas = {str(one.attributes["name"]): one.text().strip("\n")
             for one in page(shown).css("#article-form textarea")}
    fields = {name: values for name, values in form.fields.items() if name != "csrf_token"}
    assert worker.post(address, **{**fields, **areas, **typed}).status_code == 303


def words(worker: Worker, path: str) -> str:
    """What a page says, without its marks."""
    answer = worker.get(path)
    assert answer.status_code == 200
    return " ".join(page(answer).body.text().split())
