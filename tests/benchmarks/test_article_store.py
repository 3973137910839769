"""What a page of the article store takes at the desk, with 20,000 articles in it.

From the request to the whole answer, in one process: login, queries and template, no network.
"""

import statistics
from collections.abc import Callable
from time import perf_counter

import pytest
from flask.testing import FlaskClient

from newsletter import clock
from newsletter.accounts.add import add_account
from newsletter.accounts.audit import Origin
from newsletter.accounts.begin_session import begin_session
from newsletter.accounts.models import RoleName
from newsletter.app import create_app
from newsletter.catalogue.queries import themes
from newsletter.extensions import db
from newsletter.transaction import transaction
from newsletter.web import sessions
from tests.articles.many import MANY, fill_store
from tests.benchmarks.rows import ARTICLE_PAGE, report
from tests.second_factor import equip

TIMES = 30
ASKED = {
    "the whole store": "",
    "by title": "?orde=titel",
    "one theme": "?thema={theme}",
    "one kind, last changed": "?soort=opinie&orde=gewijzigd",
    "not released": "?stand=concept",
    "a word that half of them have": "?zoek=badenbaden",
    "a word that few have": "?zoek=wozoe+ling",
    "a word that none has": "?zoek=schralnig",
    "all at once": "?zoek=bad&thema={theme}&soort=artikel&stand=vrij&orde=titel",
    "deep": "?na={deep}",
}

pytestmark = pytest.mark.bench


def test_a_page_of_the_store(make_database: Callable[[], dict[str, str]]) -> None:
    environ = make_database()
    fill_store(environ, now=clock.now())
    app = create_app(environ)
    with app.app_context():
        client = _logged_in(app.test_client())
        named = {"theme": themes()[0].slug, "deep": MANY // 2}
        db.session.remove()
        found = {}
        for way, query in ASKED.items():
            path = "/redactie/artikelen" + query.format(**named)
            times = [_timed(client, path) for _ in range(TIMES)][3:]
            found[way] = statistics.median(times)
            report(f"a page of {MANY:,} articles: {way}", found[way], unit="ms",
                   note=f"slowest {max(times):.0f} ms")
        slowest = max(found, key=lambda way: found[way])
        report(ARTICLE_PAGE, found[slowest], note=slowest)
        db.session.remove()
        db.engine.dispose()


def _timed(client: FlaskClient, path: str) -> float:
    began = perf_counter()
    answer = client.get(path)
    took = (perf_counter() - began) * 1000
    assert answer.status_code == 200
    return took


def _logged_in(client: FlaskClient) -> FlaskClient:
    """Someone at the desk, logged in as the login does it."""
    with transaction():
        account = equip(add_account(
            email="meting@redactie.example", name="Meting", password="een lang wachtwoord",
            roles=[RoleName.EDITOR], now=clock.now(),
        ))
        uniquifier = account.fs_uniquifier
        key = begin_session(account.id, origin=Origin("192.0.2.7", "Browser"), now=clock.now())
    with client.session_transaction() as kept:
        kept["_user_id"] = uniquifier
        kept["_fresh"] = True
        kept.permanent = True
        kept[sessions.KEY] = key
    return client
