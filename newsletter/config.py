"""Every setting: its name, its default, and one sentence about it; a bad start is refused here.

A value comes from the environment, else from `STATE/local.env` (written by the embedded servers
while they run, never in production), else from the default.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from newsletter.errors import BadSettings

DEVELOPMENT, PRODUCTION = "development", "production"


@dataclass(frozen=True)
class Relay:
    """Where mail is handed over: host, port, login and how TLS is used (D05)."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls: str  # none, starttls, implicit


@dataclass(frozen=True)
class Settings:
    """The settings as checked; one field for each row of the table below, in lower case."""

    newsletter_env: str
    state: Path
    port: int
    inbox_port: int
    database_url: str
    database_owner_url: str
    redis_url: str
    smtp_url: Relay
    public_url: str
    mail_from: str
    reply_to: str
    bounce_domain: str
    secret_key: str
    secret_key_previous: tuple[str, ...]
    trusted_proxies: int
    tick_seconds: int
    lease_seconds: int
    claim_size: int
    smtp_timeout_seconds: int
    smtp_final_timeout_seconds: int
    lateness_hours: int
    retry_hours: int
    signup_per_hour: str
    log_format: str

    @property
    def is_production(self) -> bool:
        """Whether a missing server is refused and demo tools stay shut."""
        return self.newsletter_env == PRODUCTION

    @property
    def database_role(self) -> str:
        """The app's database role: what the migrations grant to."""
        return unquote(urlsplit(self.database_url).username or "newsletter_app")


class Setting(NamedTuple):
    """One row of the table: what `.env.example` and the docs are tested against."""

    name: str
    default: str | None  # None: must come from somewhere
    sentence: str
    read: Callable[[str], Any]
    needed_in_production: bool = False


def _text(value: str) -> str:
    return value


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(value: str) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return value

    return read


def _number(lowest: int, highest: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not re.fullmatch(r"\d{1,9}", value) or not lowest <= int(value) <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}")
        return int(value)

    return read


def _split(value: str) -> SplitResult:
    """An address in its parts. Raises ValueError, with words that show nothing of a password."""
    try:
        parts = urlsplit(value)
        _ = parts.port  # read only when it is asked for
    except ValueError as error:
        raise ValueError(
            "is no address: the port must be a number, and a password's special characters "
            "percent-encoded"
        ) from error
    return parts


def _database(value: str) -> str:
    parts = _split(value)
    if parts.scheme not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise ValueError("must be a postgresql:// address")
    return "postgresql+psycopg" + value[len(parts.scheme) :]


def _redis(value: str) -> str:
    if _split(value).scheme not in ("redis", "rediss", "unix"):
        raise ValueError("must be a redis://, rediss:// or unix:// address")
    return value


def read_relay(value: str) -> Relay:
    """The relay of an address such as `smtp://user:secret@host:587?tls=starttls`.

    TLS is required unless the address says `tls=none` (D05). Raises ValueError.
    """
    parts = _split(value)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("must be smtp://host:port?tls=starttls|implicit|none or smtps://host")
    tls = "implicit" if parts.scheme == "smtps" else "starttls"
    tls = parse_qs(parts.query).get("tls", [tls])[0]
    if tls not in ("none", "starttls", "implicit"):
        raise ValueError("tls must be starttls, implicit or none")
    port = parts.port or {"implicit": 465, "starttls": 587, "none": 25}[tls]
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return Relay(parts.hostname, port, user, password, tls)


def _public(value: str) -> str:
    parts = _split(value)
    if not re.fullmatch(r"https?://[\w.:\[\]-]+(/[\w./~-]*)?", value) or not parts.hostname:
        raise ValueError("must be the https:// address that readers see")
    return value.rstrip("/")


def _mailbox(value: str) -> str:
    if not re.fullmatch(r"[^\s@<>,]+@[^\s@<>,]+", value):
        raise ValueError("must be a plain e-mail address")
    return value


def _domain(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", value):
        raise ValueError("must be a domain name")
    return value.lower()


def _rate(value: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,8} per (minute|hour|day)", value):
        raise ValueError("must be a number with a time, such as 60 per hour")
    return value


def _keys(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


SETTINGS = (
    Setting("NEWSLETTER_ENV", DEVELOPMENT, "development or production; production refuses every "
            "embedded default.", _one_of(DEVELOPMENT, PRODUCTION)),
    Setting("STATE", ".state", "Folder of the embedded servers' state.", Path),
    Setting("PORT", "8000", "Port of the web on 127.0.0.1.", _number(1, 65535)),
    Setting("INBOX_PORT", "1025", "Port of the local inbox's SMTP listener on 127.0.0.1.",
            _number(1, 65535)),
    Setting("DATABASE_URL", None, "PostgreSQL 15 to 18 as the app's role, which cannot change the "
            "schema.", _database, True),
    Setting("DATABASE_OWNER_URL", "", "The same database as the owner's role; only migrations use "
            "it.", lambda v: _database(v) if v else ""),
    Setting("REDIS_URL", None, "Redis or Valkey: redis://host:6379/0 or unix:///path?db=0.",
            _redis, True),
    Setting("SMTP_URL", "smtp://127.0.0.1:{INBOX_PORT}?tls=none", "The relay: smtp://user:secret@"
            "host:587?tls=starttls; TLS is required unless tls=none.", read_relay, True),
    Setting("PUBLIC_URL", "http://127.0.0.1:{PORT}", "The address that readers see, without a "
            "slash at its end.", _public, True),
    Setting("MAIL_FROM", "nieuwsbrief@ingovernment.example", "The address in From.", _mailbox,
            True),
    Setting("REPLY_TO", "redactie@ingovernment.example", "Where a reader's answer goes.",
            _mailbox, True),
    Setting("BOUNCE_DOMAIN", "bounces.ingovernment.example", "Domain of the return path of each "
            "mail (VERP).", _domain, True),
    Setting("SECRET_KEY", None, "Key of links and sessions, at least 32 characters; keep it.",
            _text, True),
    Setting("SECRET_KEY_PREVIOUS", "", "Earlier keys, with commas between; their links still "
            "work.", _keys),
    Setting("TRUSTED_PROXIES", "0", "How many proxies in front may be believed about the "
            "visitor's address.", _number(0, 10)),
    Setting("TICK_SECONDS", "20", "How often the clock asks what is due, in seconds.",
            _number(1, 300)),
    Setting("LEASE_SECONDS", "30", "How long a claim holds without renewal, in seconds.",
            _number(2, 3600)),
    Setting("CLAIM_SIZE", "8", "How many deliveries a worker takes at once; also the most that "
            "can be unclear after a kill.", _number(1, 100)),
    Setting("SMTP_TIMEOUT_SECONDS", "300", "How long each step with the relay may take (RFC 5321 "
            "§4.5.3.2).", _number(1, 3600)),
    Setting("SMTP_FINAL_TIMEOUT_SECONDS", "600", "How long the relay may take to answer the final "
            "dot (RFC 5321 §4.5.3.2.6).", _number(1, 7200)),
    Setting("LATENESS_HOURS", "6", "An edition or digest later than this is not sent but asked "
            "about.", _number(1, 168)),
    Setting("RETRY_HOURS", "72", "How long a mail that the relay puts off is tried again.",
            _number(1, 240)),
    Setting("SIGNUP_PER_HOUR", "60 per hour", "Sign-ups taken from one network in an hour before "
            "it must wait.", _rate),
    Setting("LOG_FORMAT", "console", "console for people, json for machines.",
            _one_of("console", "json")),
)


def load(environ: Mapping[str, str]) -> Settings:
    """The checked settings. Raises BadSettings with one line for every fault found."""
    faults: list[str] = []
    values: dict[str, Any] = {}
    production = environ.get("NEWSLETTER_ENV") == PRODUCTION
    local = {} if production else _local_values(Path(environ.get("STATE") or ".state"))
    for setting in SETTINGS:
        raw = environ.get(setting.name) or local.get(setting.name)
        if raw is None and setting.needed_in_production and production:
            faults.append(f"{setting.name} is not set: {setting.sentence}")
            continue
        if raw is None and setting.default is None:
            faults.append(
                f"{setting.name} is not set and no embedded server runs here: start `make up`, "
                f"or set it. {setting.sentence}"
            )
            continue
        raw = raw if raw is not None else str(setting.default).format(**_ports(values))
        try:
            values[setting.name.lower()] = setting.read(raw)
        except ValueError as error:
            faults.append(f"{setting.name} {error}. {setting.sentence}")
    if not faults and production:
        faults += _production_faults(values)
    if faults:
        raise BadSettings(faults)
    return Settings(**{field.name: values[field.name] for field in fields(Settings)})


def _production_faults(values: Mapping[str, Any]) -> list[str]:
    faults = []
    if len(values["secret_key"]) < 32:
        faults.append("SECRET_KEY must be at least 32 characters in production.")
    if not values["public_url"].startswith("https://"):
        faults.append("PUBLIC_URL must begin with https:// in production (RFC 8058 §3.1).")
    return faults


def _ports(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"PORT": values.get("port", 8000), "INBOX_PORT": values.get("inbox_port", 1025)}


def _local_values(state: Path) -> dict[str, str]:
    path = state / "local.env"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line)
