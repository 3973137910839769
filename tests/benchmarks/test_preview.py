"""What the live preview of an edition takes while it is typed, with twelve articles in it.

From the post to the whole answer, in one process: login, form token, queries, templates and MJML,
no network. Each round types something else, so that nothing can be kept from the one before.
"""

import statistics
from collections.abc import Callable
from datetime import timedelta
from time import perf_counter

import pytest
from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser

from newsletter import clock
from newsletter.accounts.add import add_account
from newsletter.accounts.audit import Origin
from newsletter.accounts.begin_session import begin_session
from newsletter.accounts.models import RoleName
from newsletter.app import create_app
from newsletter.extensions import db
from newsletter.transaction import transaction
from newsletter.web import sessions
from tests.benchmarks.rows import PREVIEW, report
from tests.material import article, edition
from tests.second_factor import equip

TIMES, ARTICLES = 80, 12
PAGE = "/redactie/edities/90-8"
VIEWS = ("computer", "telefoon", "donker", "tekst", "web")
SENTENCE = "Een stad in 3D, een wet die nog moet beginnen, een loket dat zichzelf bekijkt. "

pytestmark = pytest.mark.bench


def test_a_preview_while_it_is_typed(make_database: Callable[[], dict[str, str]]) -> None:
    app = create_app(make_database())
    with app.app_context():
        client = app.test_client()
        token = _at_the_desk(client)
        found = {}
        for view in VIEWS:
            times = sorted(_timed(client, token, view, each) for each in range(TIMES))
            found[view] = times[int(0.95 * TIMES) - 1]
            report(f"live preview, {ARTICLES} articles: {view}", found[view], unit="ms",
                   note=f"p95; median {statistics.median(times):.0f} ms")
        slowest = max(found, key=lambda view: found[view])
        report(PREVIEW, found[slowest], note=slowest)
        db.session.remove()
        db.engine.dispose()


def _timed(client: FlaskClient, token: str, view: str, each: int) -> float:
    typed = {"csrf_token": token, "title": f"Verbinden {each}", "subject": f"Nummer {each}",
             "preheader": "Wat erin staat", "editorial_md": f"{SENTENCE * 12}\n\n*{each}*"}
    began = perf_counter()
    answer = client.post(f"{PAGE}/voorbeeld?beeld={view}", data=typed)
    took = (perf_counter() - began) * 1000
    assert answer.status_code == 200
    db.session.remove()
    return took


def _at_the_desk(client: FlaskClient) -> str:
    """Somebody logged in, with an edition to compose; the form token of her session."""
    now = clock.now()
    with transaction():
        account = equip(add_account(
            email="meting@redactie.example", name="Meting", password="een lang wachtwoord",
            roles=[RoleName.EDITOR], now=now,
        ))
        pieces = [article("data") for _ in range(ARTICLES)]
        for piece in pieces:
            piece.summary = SENTENCE * 4
        edition(pieces, send_at=now + timedelta(days=30))
        key = begin_session(account.id, origin=Origin("192.0.2.7", "Meting"), now=now)
        uniquifier = account.fs_uniquifier
    with client.session_transaction() as kept:
        kept["_user_id"] = uniquifier
        kept["_fresh"] = True
        kept.permanent = True
        kept[sessions.KEY] = key
    page = LexborHTMLParser(client.get(PAGE).get_data(as_text=True))
    field = page.css_first("#texts-form input[name=csrf_token]")
    return str(field.attributes["value"])
