"""Every look of a worker at a large import goes by an index, by counts that the planner has."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy import make_url

ROWS = "select * from import_rows where import_id = 1"


@pytest.fixture(scope="module")
def loaded(make_database: Callable[[], dict[str, str]]) -> Iterator[psycopg.Connection]:
    """As the owner, who alone may have the rows counted: 3,000, of which 100 are to be judged."""
    url = make_url(make_database()["DATABASE_OWNER_URL"]).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(False), autocommit=True) as connection:
        connection.execute(
            "insert into accounts (id, email, name, active, fs_uniquifier, language, created_at)"
            " overriding system value"
            " values (99, 'noor@x.example', 'Noor', true, 'x', 'nl', now())")
        connection.execute(
            "insert into imports (id, file_hash, status, proof, rows, loaded_by, loaded_at)"
            " overriding system value values (1, 'x', 'judging', '{}', 3000, 99, now())")
        connection.execute(
            "insert into import_rows (import_id, number, address, identity, cells, verdict)"
            " select 1, n, 'n' || n || '@x.example', 'n' || n || '@x.example', '{}',"
            " case when n < 2900 then 'double' end from generate_series(1, 3000) n")
        connection.execute("vacuum analyze")
        connection.execute("set enable_seqscan = off")
        yield connection


@pytest.mark.parametrize(("query", "index"), [
    (f"{ROWS} and verdict is null order by number limit 200", "ix_import_rows_verdict"),
    (f"{ROWS} and verdict = 'taken' and subscriber_id is null order by number limit 200",
     "ix_import_rows_waiting"),
    ("select id from imports where status in ('judging', 'carrying_out') order by id",
     "ix_imports_at_work"),
    ("update import_rows set detail = '' where identity = 'x'", "ix_import_rows_identity"),
])
def test_every_look_of_a_worker_uses_an_index(
    loaded: psycopg.Connection, query: str, index: str
) -> None:
    assert index in "\n".join(row[0] for row in loaded.execute(f"explain {query}")), query
