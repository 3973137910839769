"""What is sent to measure with: 12 themes with 3 articles each, to readers of 3 themes on average.

The texts are of such a length that a mail of a filled database has 58 kB on average; what else
stands in it changes with its templates, so that what a sink counted is compared. The longest, with
twelve articles, stays below what Gmail clips (M11). Addresses are `u<NUMBER>@plain.example`, so
that the cheap sink can tell who was served exactly once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle, islice

import psycopg
from sqlalchemy import update
from sqlalchemy.engine import make_url

from newsletter import clock
from newsletter.articles.models import Article, ArticleKind
from newsletter.catalogue.queries import themes as house_themes
from newsletter.core import create_core
from newsletter.extensions import db
from newsletter.subscribers.models import Cadence
from newsletter.transaction import transaction
from seeds.copy_readers import copy_readers
from seeds.readers import make_readers
from tests import material

THEMES, ARTICLES_EACH = 12, 3
MAIL_BYTES = 58_000
SENTENCES = 2  # of a summary

_SENTENCES = (
    "De gemeente begon met een vraag van een inwoner die drie keer hetzelfde formulier invulde.",
    "Wie de gegevens eenmaal heeft, moet ze ook kunnen uitleggen, zegt de projectleider.",
    "Na een halfjaar bleek dat de helft van de meldingen over hetzelfde kruispunt ging.",
    "‘We hebben het loket niet gesloten, we hebben het dichterbij gebracht’, vertelt ze.",
    "Het waterschap en de provincie deelden hun kaarten voordat er een besluit lag.",
    "Een algoritme mag adviseren; wie beslist, tekent met de eigen naam.",
    "Dat kostte in het eerste jaar € 40.000 en leverde vooral minder telefoontjes op.",
    "De collega’s van bezwaar schoven vanaf de eerste dag aan, en dat scheelde later werk.",
    "Wat niet werkte, staat er ook: de proef met de chatbot stopte na zes weken.",
    "Andere gemeenten kunnen de werkwijze overnemen; de stukken zijn openbaar.",
    "Volgens de onderzoekers is vertrouwen geen uitkomst maar een voorwaarde.",
    "In het voorjaar volgt een tweede ronde, met ook de kleinere gemeenten erbij.",
)


def fill(
    environ: dict[str, str], *, readers: int, themes: int = THEMES,
    articles_each: Sequence[int] = (ARTICLES_EACH,) * THEMES,
    sentences: int = SENTENCES,
) -> int:
    """Fill a seeded database with the readers, the articles and a slot that is due; its id.

    Every reader gets both the weekly digest and editions.

    Theme k is picked with a weight of 1/k (Zipf); `articles_each` is how many articles each has,
    with summaries of so many `sentences`.
    """
    core = create_core(environ)
    now = clock.now()
    with core.app_context():
        with transaction():
            _add_articles(now, articles_each, sentences)
            slot_id = material.slot(cadence=Cadence.WEEKLY, at=now).id
            made = (
                replace(reader, cadence=Cadence.WEEKLY, receives_editions=True)
                for reader in make_readers(readers, seed=1, themes=themes, plain=True, now=now)
            )
            copy_readers(db.session(), made, on_done=lambda _count: None)
        db.session.remove()
        db.engine.dispose()
    owner = make_url(environ["DATABASE_OWNER_URL"]).set(drivername="postgresql")
    with psycopg.connect(owner.render_as_string(False), autocommit=True) as connection:
        connection.execute("vacuum analyze")
    return slot_id


def _add_articles(now: datetime, articles_each: Sequence[int], sentences: int) -> None:
    # What the seeds brought is of long ago; else every new reader would be owed it as well.
    db.session.execute(update(Article).values(released_at=None))
    number = 0
    for theme, amount in zip(house_themes(), articles_each, strict=False):
        for _ in range(amount):
            number += 1
            db.session.add(Article(
                slug=f"meting-{number}", kind=ArticleKind.ARTIKEL,
                title=f"Wat {theme.name_nl.lower()} leerde van proef nummer {number}",
                authors=["Noor de Wit", "Sem Bakker"], summary=summary(number, sentences),
                released_at=now - timedelta(hours=number), themes=[theme],
                created_at=now, updated_at=now,
            ))


def summary(number: int, sentences: int) -> str:
    """So many sentences, which begin with another one for the next number."""
    return " ".join(islice(cycle(_SENTENCES), number % len(_SENTENCES),
                           number % len(_SENTENCES) + sentences))


def check_octets(counts: Mapping[str, int]) -> None:
    """A figure against what sends mails of another size means nothing. Raises AssertionError.

    `counts` are the cheap sink's, which counts what is said beside the mails too, and must come of
    mails of that size only.
    """
    found = counts["bytes"] / counts["msgs"]
    # What chance makes of the mean where few of our readers, who are very unlike, were served.
    either_way = 0.02 + 1 / counts["msgs"] ** 0.5
    assert abs(found / MAIL_BYTES - 1) < either_way, f"{found:,.0f} octets a mail"
