"""Settings: all documented, all checked at the start, each fault in one line."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from newsletter.config import SETTINGS, Settings, load
from newsletter.core import ROOT
from newsletter.errors import BadSettings
from newsletter.values import Relay, read_relay

GIVEN = {
    "STATE": "/nonexistent",
    "DATABASE_URL": "postgresql://app:secret@db.example/newsletter",
    "REDIS_URL": "redis://broker.example:6379/0",
    "SECRET_KEY": "k" * 32,
}
PRODUCTION = {
    **GIVEN,
    "NEWSLETTER_ENV": "production",
    "SMTP_URL": "smtp://user:p%40ss@relay.example:587?tls=starttls",
    "PUBLIC_URL": "https://nieuws.example/",
    "MAIL_FROM": "nieuws@magazine.example",
    "REPLY_TO": "redactie@magazine.example",
    "BOUNCE_DOMAIN": "bounces.magazine.example",
    "ERASED_IDS": "/var/lib/newsletter/erased.ids",
}
BAD = {
    "FEEDS_HERE": "127.0.0.1:8080, 10.0.0.1:80",
    "TEST_ADDRESSES": "proef@magazine.example, nobody",
    "NEWSLETTER_ENV": "staging",
    "PORT": "0",
    "INBOX_PORT": "70000",
    "DATABASE_URL": "mysql://db.example/x",
    "DATABASE_OWNER_URL": "sqlite:///x",
    "REDIS_URL": "amqp://broker.example",
    "SMTP_URL": "smtp://relay.example?tls=maybe",
    "SMTP_CA_FILE": "/nonexistent/ca.pem",
    "PUBLIC_URL": "nieuws.example",
    "MAIL_FROM": "Redactie <nieuws@magazine.example>",
    "REPLY_TO": "nobody",
    "BOUNCE_DOMAIN": "bounces magazine",
    "SENDING_ADDRESSES": "192.0.2.10, mail.magazine.example",
    "REPORTS_TO": "nobody",
    "TRUSTED_PROXIES": "all",
    "TICK_SECONDS": "0",
    "LEASE_SECONDS": "-5",
    "CLAIM_SIZE": "8.5",
    "SMTP_TIMEOUT_SECONDS": "",
    "LATENESS_HOURS": "six",
    "RETRY_HOURS": "1000",
    "SIGNUP_PER_HOUR": "many",
    "SIGNUP_WITHOUT_PROOF_PER_HOUR": "0 per hour",
    "SIGNUP_GLOBAL_PER_MINUTE": "60",
    "PROOF_COST": "0",
    "LOG_FORMAT": "xml",
}


def faults_of(environ: dict[str, str]) -> list[str]:
    with pytest.raises(BadSettings) as refused:
        load(environ)
    return refused.value.faults


def test_the_example_names_every_setting_with_its_sentence_and_its_default() -> None:
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    found = dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text, flags=re.MULTILINE))
    assert found == {setting.name: setting.default or "" for setting in SETTINGS}
    paragraphs = {" ".join(part.replace("\n#", "").split()) for part in text.split("\n\n")}
    for setting in SETTINGS:
        needed = " Needed in production." if setting.needed_in_production else ""
        default = setting.default or ""
        assert f"# {setting.sentence}{needed}{setting.name}={default}" in paragraphs


def test_every_setting_is_a_field_and_every_field_a_setting() -> None:
    assert [each.name for each in fields(Settings)] == [row.name.lower() for row in SETTINGS]


def test_without_more_than_the_servers_the_defaults_serve() -> None:
    found = load(GIVEN)
    assert not found.is_production
    assert (found.port, found.public_url) == (8000, "http://127.0.0.1:8000")
    assert found.smtp_url == Relay("127.0.0.1", 1025, None, None, "none")
    assert (found.trusted_proxies, found.secret_key_previous) == (0, ())


def test_the_ports_carry_over_to_the_addresses() -> None:
    found = load({**GIVEN, "PORT": "8123", "INBOX_PORT": "2025"})
    assert found.public_url == "http://127.0.0.1:8123"
    assert found.smtp_url.port == 2025


def test_an_empty_value_is_as_good_as_none() -> None:
    assert load({**GIVEN, "PORT": "", "SMTP_URL": ""}) == load(GIVEN)


def test_the_environment_stands_above_the_state_folder(tmp_path: Path) -> None:
    (tmp_path / "local.env").write_text(
        "DATABASE_URL=postgresql://embedded/x\nREDIS_URL=unix:///run/x?db=0\nSECRET_KEY=theirs\n"
    )
    found = load({"STATE": str(tmp_path), "SECRET_KEY": "ours"})
    assert found.database_url == "postgresql+psycopg://embedded/x"
    assert (found.redis_url, found.secret_key) == ("unix:///run/x?db=0", "ours")


def test_without_servers_each_missing_address_is_told_in_one_line() -> None:
    faults = faults_of({"STATE": "/nonexistent"})
    assert [fault.split()[0] for fault in faults] == ["DATABASE_URL", "REDIS_URL", "SECRET_KEY"]
    assert all("\n" not in fault and "make up" in fault for fault in faults)


def test_production_is_taken_when_all_is_given() -> None:
    found = load(PRODUCTION)
    assert found.is_production
    assert found.public_url == "https://nieuws.example"
    assert found.smtp_url == Relay("relay.example", 587, "user", "p@ss", "starttls")
    assert found.database_role == "app"


@pytest.mark.parametrize("name", [row.name for row in SETTINGS if row.needed_in_production])
def test_production_refuses_what_is_missing(name: str) -> None:
    environ = {key: value for key, value in PRODUCTION.items() if key != name}
    (fault,) = faults_of(environ)
    assert fault.startswith(f"{name} is not set")


def test_production_never_reads_the_state_folder(tmp_path: Path) -> None:
    (tmp_path / "local.env").write_text("SECRET_KEY=" + "e" * 40 + "\n")
    environ = {key: value for key, value in PRODUCTION.items() if key != "SECRET_KEY"}
    assert faults_of({**environ, "STATE": str(tmp_path)})


@pytest.mark.parametrize(("name", "value"), [
    ("FEEDS_HERE", "127.0.0.1:8080"),
    ("SECRET_KEY", "short"), ("PUBLIC_URL", "http://nieuws.example"),
    ("STATE", ".state"), ("SPOOL", "spool"), ("HIGH_WATER", "./.state/high-water"),
    ("ERASED_IDS", "erased.ids"), ("DKIM_KEYS", "../dkim"),
])
def test_production_refuses_what_only_a_laptop_may_have(name: str, value: str) -> None:
    (fault,) = faults_of({**PRODUCTION, name: value})
    assert fault.startswith(name)


@pytest.mark.parametrize(("name", "value"), [item for item in BAD.items() if item[1]])
def test_a_bad_value_is_one_line_that_names_the_setting(name: str, value: str) -> None:
    (fault,) = faults_of({**GIVEN, name: value})
    assert fault.startswith(f"{name} ")
    assert "\n" not in fault


def test_all_faults_are_told_at_once() -> None:
    bad = {name: value for name, value in BAD.items() if value}
    assert {fault.split()[0] for fault in faults_of({**GIVEN, **bad})} == set(bad)


@pytest.mark.parametrize(("address", "relay"), [
    ("smtps://relay.example", Relay("relay.example", 465, None, None, "implicit")),
    ("smtp://relay.example", Relay("relay.example", 587, None, None, "starttls")),
    ("smtp://relay.example?tls=none", Relay("relay.example", 25, None, None, "none")),
    ("smtp://[::1]:2525?tls=none", Relay("::1", 2525, None, None, "none")),
])
def test_a_relay_wants_tls_unless_told_otherwise(address: str, relay: Relay) -> None:
    assert read_relay(address) == relay


@pytest.mark.parametrize("address", ["relay.example", "http://relay.example", "smtp://",
                                     "smtp://relay.example:99999", "smtp://[::1",
                                     "smtps://relay.example?tls=none",
                                     "smtps://relay.example?tls=starttls"])
def test_what_is_no_relay_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_relay(address)


@pytest.mark.parametrize("end", ["\r\nBcc: x@y.example", '"><script>', "?a=b", "#a", " "])
def test_an_address_that_would_break_out_of_a_mail_is_refused(end: str) -> None:
    (fault,) = faults_of({**GIVEN, "PUBLIC_URL": f"https://nieuws.example/{end}"})
    assert fault.startswith("PUBLIC_URL ")
    assert "\n" not in fault


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "SMTP_URL", "PUBLIC_URL"])
def test_a_port_that_is_no_number_is_one_line_that_shows_nothing_of_a_password(name: str) -> None:
    scheme = {**PRODUCTION, "DATABASE_URL": "postgresql://"}[name].partition("://")[0]
    (fault,) = faults_of({**GIVEN, name: f"{scheme}://user:geheim/123@host.example"})
    assert fault.startswith(f"{name} ")
    assert "geheim" not in fault
    assert "\n" not in fault
