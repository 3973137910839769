"""Every setting: its name, its default, and one sentence about it; a bad start is refused here.

A value comes from the environment, else from `STATE/local.env` (written by the embedded servers
while they run, never in production), else from the default.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from newsletter import values
from newsletter.errors import BadSettings
from newsletter.values import Rate, Relay, SendingAddress

DEVELOPMENT, PRODUCTION = "development", "production"


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
    smtp_ca_file: Path | None
    public_url: str
    mail_from: str
    reply_to: str
    bounce_domain: str
    dkim_keys: Path | None
    sending_addresses: tuple[SendingAddress, ...]
    reports_to: str
    secret_key: str
    secret_key_previous: tuple[str, ...]
    trusted_proxies: int
    tick_seconds: int
    lease_seconds: int
    claim_size: int
    smtp_connections: int
    results_at_once: int
    spool: Path
    high_water: Path
    relay_log: str
    smtp_timeout_seconds: int
    smtp_final_timeout_seconds: int
    lateness_hours: int
    theme_undo_days: int
    retry_hours: int
    signup_per_hour: Rate
    signup_without_proof_per_hour: Rate
    signup_global_per_minute: Rate
    proof_cost: int
    consent_proof_months: int
    erased_ids: Path
    log_format: str
    backup_days: int
    security_contact: str
    processors: tuple[tuple[str, str], ...]
    feeds_here: frozenset[tuple[str, int]]
    figures_floor: int
    test_addresses: tuple[str, ...]

    @property
    def is_production(self) -> bool:
        """Whether a missing server is refused and demo tools stay shut."""
        return self.newsletter_env == PRODUCTION

    @property
    def security_contact_uri(self) -> str:
        """Where a weakness is reported, as an address that RFC 9116 takes."""
        return self.security_contact or f"mailto:{self.reply_to}"

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


SETTINGS = (
    Setting("NEWSLETTER_ENV", DEVELOPMENT, "development or production; production refuses every "
            "embedded default.", values.one_of(DEVELOPMENT, PRODUCTION)),
    Setting("STATE", ".state", "Folder of the embedded servers' state, and of what other settings "
            "keep in it unless they say otherwise; an absolute path in production.", Path, True),
    Setting("PORT", "8000", "Port of the web on 127.0.0.1.", values.number(1, 65535)),
    Setting("INBOX_PORT", "1025", "Port of the local inbox's SMTP listener on 127.0.0.1.",
            values.number(1, 65535)),
    Setting("DATABASE_URL", None, "PostgreSQL 15 to 18 as the app's role, which cannot change the "
            "schema.", values.database, True),
    Setting("DATABASE_OWNER_URL", "", "The same database as the owner's role, for "
            "migrations, backup and restore.", lambda v: values.database(v) if v else ""),
    Setting("REDIS_URL", None, "Redis or Valkey: redis://host:6379/0 or unix:///path?db=0.",
            values.broker, True),
    Setting("SMTP_URL", "smtp://127.0.0.1:{INBOX_PORT}?tls=none", "The relay: smtp://user:secret@"
            "host:587?tls=starttls; TLS is required unless tls=none.", values.read_relay, True),
    Setting("SMTP_CA_FILE", "", "File with the certificates (PEM) of the only authorities that the "
            "relay's certificate may come from; empty means the system's.", values.certificates),
    Setting("PUBLIC_URL", "http://127.0.0.1:{PORT}", "The address that readers see, without a "
            "slash at its end.", values.public_address, True),
    Setting("MAIL_FROM", "nieuwsbrief@ingovernment.example", "The address in From.",
            values.mailbox, True),
    Setting("REPLY_TO", "redactie@ingovernment.example", "Where a reader's answer goes.",
            values.mailbox, True),
    Setting("BOUNCE_DOMAIN", "bounces.ingovernment.example", "Domain of the return path of each "
            "mail (VERP).", values.domain, True),
    Setting("DKIM_KEYS", "{STATE}/dkim", "Folder of the keys that sign our mails (DKIM), which the "
            "workers read and the web must not; none when the relay signs.",
            values.folder_or_none),
    Setting("SENDING_ADDRESSES", "", "IP addresses that the relay sends from, with commas between, "
            "each with =name of its host unless that is the relay's; for newsletter dns.",
            values.sending_addresses),
    Setting("REPORTS_TO", "", "Mailbox for reports about DMARC and TLS; empty means postmaster@ "
            "the domain of MAIL_FROM.", lambda v: values.mailbox(v) if v else ""),
    Setting("SECRET_KEY", None, "Key of links and sessions, at least 32 characters; keep it.",
            values.text, True),
    Setting("SECRET_KEY_PREVIOUS", "", "Earlier keys, with commas between; their links still "
            "work.", values.keys),
    Setting("TRUSTED_PROXIES", "0", "How many proxies in front may be believed about the "
            "visitor's address.", values.number(0, 10)),
    Setting("TICK_SECONDS", "20", "How often the clock asks what is due, in seconds.",
            values.number(1, 300)),
    Setting("LEASE_SECONDS", "30", "How long a claim holds without renewal, in seconds.",
            values.number(2, 3600)),
    Setting("CLAIM_SIZE", "1000", "The most deliveries that a worker takes at once; it takes fewer "
            "while they leave more slowly.", values.number(1, 1000)),
    Setting("SMTP_CONNECTIONS", "6", "The most conversations that each worker process has with "
            "the relay; also the most mails that a kill can leave unclear.", values.number(1, 50)),
    Setting("RESULTS_AT_ONCE", "48", "At most so many of the relay's answers wait for a commit, "
            "beside two for each connection: what goes out twice when a machine is lost with its "
            "spool.", values.number(1, 100)),
    Setting("SPOOL", "{STATE}/spool", "Folder on this machine in which each worker process keeps "
            "a small journal of what it offered.", Path),
    Setting("HIGH_WATER", "{STATE}/high-water", "File outside the database that keeps how far "
            "claims came, by which a restored backup is noticed; for all machines that send.",
            Path),
    Setting("RELAY_LOG", "", "Log of our own Postfix, as a path or pattern (/var/log/mail.log*); "
            "asked before a mail whose answer got lost is sent again.", values.text),
    Setting("SMTP_TIMEOUT_SECONDS", "300", "How long each step with the relay may take (RFC 5321 "
            "§4.5.3.2).", values.number(1, 3600)),
    Setting("SMTP_FINAL_TIMEOUT_SECONDS", "600", "How long the relay may take to answer the final "
            "dot (RFC 5321 §4.5.3.2.6).", values.number(1, 7200)),
    Setting("LATENESS_HOURS", "6", "An edition or digest later than this is not sent but asked "
            "about.", values.number(1, 168)),
    Setting("THEME_UNDO_DAYS", "35", "How long a change of themes may be undone; in so many days "
            "a reader with one mail a month has heard of it.", values.number(1, 365)),
    Setting("RETRY_HOURS", "72", "How long a mail that the relay puts off is tried again.",
            values.number(1, 240)),
    Setting("SIGNUP_PER_HOUR", "60 per hour", "Posts of the address forms, with proof-of-work, "
            "taken from one network before each costs twice as much, and so on.", values.rate),
    Setting("SIGNUP_WITHOUT_PROOF_PER_HOUR", "10 per hour", "The same without proof-of-work (no "
            "JavaScript) before their senders must wait a minute or more.", values.rate),
    Setting("SIGNUP_GLOBAL_PER_MINUTE", "60 per minute", "Posts of the address forms taken from "
            "all networks together before each costs twice as much; more raise an alarm.",
            values.rate),
    Setting("PROOF_COST", "5000", "Most numbers that a browser must try for one post while it is "
            "quiet.", values.number(1, 1_000_000)),
    Setting("CONSENT_PROOF_MONTHS", "0", "Months that the salt tying consent entries to an "
            "address is kept after erasure; 0 destroys it at once.", values.number(0, 120)),
    Setting("ERASED_IDS", "{STATE}/erased.ids", "File outside the database that keeps the "
            "numbers of erased readers; a restored backup is made to forget them again.", Path,
            True),
    Setting("LOG_FORMAT", "console", "console for people, json for machines.",
            values.one_of("console", "json")),
    Setting("BACKUP_DAYS", "30", "Days that you keep a backup, as the privacy page and the page of "
            "erasure say.", values.number(1, 3650)),
    Setting("SECURITY_CONTACT", "", "Where to report a weakness: a mailto: or https: address; "
            "empty means REPLY_TO.", values.contact),
    Setting("PROCESSORS", "", "Who handles readers' data for you, shown on the privacy page: name: "
            "what they do; name: what they do.", values.named),
    Setting("FEEDS_HERE", "", "Feeds on this machine itself that may be read, as 127.0.0.1:8080 "
            "with commas between; for tests and demonstrations, refused in production.",
            values.loopback),
    Setting("FIGURES_FLOOR", "5", "Counts of readers below this are not told at the desk, nor "
            "what would give them away.", values.number(1, 100)),
    Setting("TEST_ADDRESSES", "", "Addresses beside one's own that a test may be sent to, with "
            "commas between, such as a mailbox that shows a mail in many programs.",
            values.mailboxes),
)


# What several processes and commands share, or what must be there again after a start.
_LASTING = ("STATE", "SPOOL", "HIGH_WATER", "ERASED_IDS", "DKIM_KEYS")


def load(environ: Mapping[str, str]) -> Settings:
    """The checked settings. Raises BadSettings with one line for every fault found."""
    faults: list[str] = []
    found: dict[str, Any] = {}
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
        raw = raw if raw is not None else str(setting.default).format(**_earlier(found))
        try:
            found[setting.name.lower()] = setting.read(raw)
        except ValueError as error:
            faults.append(f"{setting.name} {error}. {setting.sentence}")
    if not faults and production:
        faults += _production_faults(found)
    if faults:
        raise BadSettings(faults)
    return Settings(**{field.name: found[field.name] for field in fields(Settings)})


def _production_faults(found: Mapping[str, Any]) -> list[str]:
    faults = []
    if len(found["secret_key"]) < 32:
        faults.append("SECRET_KEY must be at least 32 characters in production.")
    if not found["public_url"].startswith("https://"):
        faults.append("PUBLIC_URL must begin with https:// in production (RFC 8058 §3.1).")
    if found["feeds_here"]:
        faults.append("FEEDS_HERE must be empty in production.")
    return faults + _relative_faults(found)


def _relative_faults(found: Mapping[str, Any]) -> list[str]:
    """Paths that would be another file for who stands in another folder, each said once."""
    state: Path = found["state"]
    given = {name: found[name.lower()] for name in _LASTING}
    return [
        f"{name} must be an absolute path in production, not {path}: from another folder it would "
        "be another one."
        for name, path in given.items()
        if path and not path.is_absolute() and (name == "STATE" or not path.is_relative_to(state))
    ]


def _earlier(found: Mapping[str, Any]) -> dict[str, Any]:
    """What the default of a later setting may name."""
    return {
        "STATE": found.get("state", ".state"),
        "PORT": found.get("port", 8000),
        "INBOX_PORT": found.get("inbox_port", 1025),
    }


def _local_values(state: Path) -> dict[str, str]:
    path = state / "local.env"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line)
