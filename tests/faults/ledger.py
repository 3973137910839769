"""The ledger as its tables have it, read by plain SQL: what the service says is only looked at."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import psycopg
from sqlalchemy.engine import make_url

_ROWS = """
    select coalesce(s.address, d.subscriber_id::text), d.status, d.unclear_count,
           coalesce(array_agg(a.outcome) filter (where a.outcome is not null), '{}')
      from mailings m
      join deliveries d on d.mailing_id = m.id
      left join subscribers s on s.id = d.subscriber_id
      left join attempts a on a.delivery_id = d.id
     where m.key = %s
     group by d.id, s.address, d.subscriber_id, d.status, d.unclear_count
"""


@dataclass(frozen=True)
class Row:
    """One reader's delivery: where it stands, and how each attempt of it ended."""

    status: str
    unclear_count: int
    outcomes: Counter[str]

    @property
    def unclear(self) -> int:
        """How many attempts ended without an answer: each may be followed by a second copy."""
        return self.outcomes["unclear"] + self.outcomes["dropped"]


@dataclass(frozen=True)
class Ledger:
    """A mailing's deliveries, by the reader's address."""

    status: str  # the mailing's
    rows: Mapping[str, Row] = field(default_factory=dict)

    @property
    def in_hand(self) -> int:
        """How many deliveries a worker holds, or held when it died."""
        return sum(row.status == "claimed" for row in self.rows.values())

    @property
    def unclear(self) -> int:
        """How many attempts it names as unclear."""
        return sum(row.unclear for row in self.rows.values())


def read_ledger(database_url: str, mailing_key: str) -> Ledger:
    """As it stands now. Raises psycopg.OperationalError when the database is away."""
    url = make_url(database_url)
    with psycopg.connect(host=str(url.query["host"]), user=str(url.username),
                         dbname=str(url.database), connect_timeout=5) as connection:
        found = connection.execute("select status from mailings where key = %s",
                                   [mailing_key]).fetchone()
        rows = connection.execute(_ROWS, [mailing_key]).fetchall()
    return Ledger(
        status=found[0] if found else "",
        rows={address: Row(status, unclear, Counter(outcomes))
              for address, status, unclear, outcomes in rows},
    )
