"""A store of many articles, and what finding something in it asks of the database."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

import psycopg
from sqlalchemy import event
from sqlalchemy.engine import make_url

from newsletter.extensions import db

MANY = 20_000
# So spread that each filter holds some and not all: one in forty is a draft, one in forty to come.
SHARE = 40
KINDS = ("artikel", "artikel", "artikel", "interview", "opinie", "studiereis")
_COLUMNS = ("slug", "kind", "title", "authors", "summary", "body_md", "language", "released_at",
            "created_at", "updated_at")
_THEMES = """
insert into article_themes (article_id, theme_id)
select article.id, theme.id from articles article join lateral (
    select id, row_number() over (order by position) as place, count(*) over () as all_of
      from themes) theme on theme.place in (1 + article.id % theme.all_of,
                                            1 + (article.id * 7) % theme.all_of)
 where article.slug like 'veel-%'
"""


def fill_store(environ: Mapping[str, str], *, now: datetime, many: int = MANY) -> None:
    """Put so many articles in the store, as the owner, and let the planner know of them."""
    owner = make_url(environ["DATABASE_OWNER_URL"]).set(drivername="postgresql")
    with psycopg.connect(owner.render_as_string(False), autocommit=True) as connection:
        with connection.cursor().copy(f"copy articles ({', '.join(_COLUMNS)}) from stdin") as copy:
            for row in _rows(many, now):
                copy.write_row(row)
        connection.execute(_THEMES)
        connection.execute("vacuum analyze")


def _rows(many: int, now: datetime) -> Iterator[tuple[object, ...]]:
    random = Random(1)
    firsts = ("ba", "dro", "ge", "ker", "li", "moe", "schra", "tu", "vee", "wo")
    parts = [one + two for one in firsts
             for two in ("den", "fel", "gis", "ling", "meer", "nak", "pot", "rist", "sel", "zoe")]
    words = [one + two for one in parts for two in parts[::4]]
    # Some words stand nearly everywhere, most almost nowhere, as in any language.
    odds = [1 / (place + 3) for place in range(len(words))]
    for number in range(many):
        drawn = random.choices(words, odds, k=24)
        coming = now + timedelta(minutes=number)
        released = {0: None, 1: coming}.get(number % SHARE, now - timedelta(hours=number))
        yield (f"veel-{number}", KINDS[number % len(KINDS)], " ".join(drawn[:6]).capitalize(),
               [f"Schrijver {number % 300}"], " ".join(drawn[6:16]), " ".join(drawn[16:]), "nl",
               released, now - timedelta(hours=number), now)


def statements_of(deed: Callable[[], object]) -> list[tuple[str, Any]]:
    """Every statement that the deed sends, with what it is given."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
        sent.append((statement, given))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        deed()
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return sent


def plans_of(deed: Callable[[], object]) -> str:
    """The plans of every statement that the deed sends."""
    lines: list[str] = []
    for statement, given in statements_of(deed):
        asked = db.session.connection().exec_driver_sql(f"explain {statement}", given)
        lines += [str(row[0]) for row in asked]
    return "\n".join(lines)
