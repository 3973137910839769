"""A process that starts servers and adds rows until it is killed; run by a test.

Each number is printed once its row is committed.
"""

import sys
from itertools import count
from pathlib import Path

import psycopg

from newsletter.local.servers import Servers


def main(state: Path) -> None:
    """Start the servers in `state`, and count."""
    servers = Servers(state, environ={}).start()
    address = servers.settings()["DATABASE_OWNER_URL"].replace("+psycopg", "")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("create table counted (number integer)")
        for number in count(1):
            connection.execute("insert into counted values (%s)", (number,))
            print(number, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
