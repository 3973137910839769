"""`newsletter dns`: the printed zone, served by a name server, satisfies `newsletter dns check`."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dns.rdatatype
import dns.zonefile
import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import Encoding

from newsletter.cli.main import cli
from newsletter.dkim_rotation import make_keys
from newsletter.mailer.dkim import ED25519, RSA
from tests.dns.sender import BOUNCES, HOST, OURS, V4, V6
from tests.dns.server import NameServer
from tests.mailer.authority import authority

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
WEB = "www.nieuws.example. 60 IN A 192.0.2.80\n"
Run = Callable[..., Result]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A service that needs neither database nor broker for this."""
    return {
        "DATABASE_URL": "postgresql://app@127.0.0.1:1/newsletter", "STATE": "/nonexistent",
        "REDIS_URL": "redis://127.0.0.1:1/0", "SECRET_KEY": "k" * 32,
        "PUBLIC_URL": "https://www.nieuws.example", "MAIL_FROM": f"post@{OURS.title()}",
        "BOUNCE_DOMAIN": BOUNCES, "SMTP_URL": "smtp://mail.nieuws.example:587",
        "SENDING_ADDRESSES": f"{V4}, {V6}={HOST}", "DKIM_KEYS": str(tmp_path / "dkim"),
    }


@pytest.fixture
def run(environ: dict[str, str]) -> Run:
    def invoke(*words: str, **changed: str) -> Result:
        return CliRunner().invoke(cli, ["dns", *words], env={**environ, **changed},
                                  catch_exceptions=False)

    return invoke


@pytest.fixture
def keys(tmp_path: Path) -> list[str]:
    """Selectors of two new keys."""
    made = make_keys(tmp_path / "dkim", domain=OURS, algorithms=(RSA, ED25519), now=NOW)
    return [entry.selector for entry in made]


@pytest.fixture
def certificate(tmp_path: Path) -> str:
    path = tmp_path / "mail.pem"
    path.write_bytes(authority().certificate.public_bytes(Encoding.PEM))
    return str(path)


@pytest.fixture
def published(run: Run, keys: list[str], certificate: str) -> Iterator[NameServer]:
    """What the command prints, served."""
    printed = run("zone", "--certificate", certificate).stdout
    with NameServer(printed + WEB).running() as running:
        yield running


def at(names: NameServer) -> tuple[str, str]:
    return "--resolver", f"127.0.0.1:{names.port}"


def rows(result: Result) -> list[dict[str, Any]]:
    return json.loads(result.stdout)  # type: ignore[no-any-return]


def test_what_is_printed_is_found_by_the_check(
    run: Run, published: NameServer, certificate: str, keys: list[str]
) -> None:
    done = run("check", *at(published), "--certificate", certificate)
    assert done.exit_code == 0, done.output
    assert "All that is required is published." in done.stderr
    lines = done.stdout.splitlines()[2:]
    assert {line.split()[0] for line in lines} == {"ok"}
    for name in (*keys, OURS, BOUNCES, HOST, V4, V6):
        assert name in done.stdout


def test_a_mailbox_for_reports_with_odd_signs_is_written_so_that_it_is_read_again(
    run: Run, published: NameServer
) -> None:
    odd = f"dmarc;reports!+a@{OURS}"
    rua = f"mailto:dmarc%3Breports%21+a@{OURS}"
    assert run("zone", REPORTS_TO=odd).stdout.count(f'rua={rua}"') == 2
    for name, start in ((f"_dmarc.{OURS}", "v=DMARC1; p=reject"),
                        (f"_smtp._tls.{BOUNCES}", "v=TLSRPTv1")):
        published.put(name, "TXT", f'"{start}; rua={rua}"')
    resolver = f"localhost:{published.port}"
    assert run("check", "--resolver", resolver, REPORTS_TO=odd).exit_code == 0
    assert run("check", "--resolver", resolver).exit_code == 1


def test_a_record_that_is_gone_is_exit_code_1_unless_it_is_excused(
    run: Run, published: NameServer
) -> None:
    published.drop(f"_smtp._tls.{BOUNCES}", "TXT")
    done = run("check", *at(published), "--json")
    assert done.exit_code == 1
    (red,) = [row for row in rows(done) if row["verdict"] != "ok"]
    assert (red["check"], red["verdict"], red["required"]) == ("tls-rpt", "missing", True)
    assert red["expected"] == f"v=TLSRPTv1; rua=mailto:postmaster@{OURS}"
    excused = run("check", *at(published), "--except", "tls-rpt")
    assert excused.exit_code == 0
    assert "missing" in excused.stdout


def test_a_key_that_was_replaced_on_disk_is_no_longer_the_one_published(
    run: Run, published: NameServer, keys: list[str], tmp_path: Path
) -> None:
    make_keys(tmp_path / "other", domain=OURS, algorithms=(RSA,), now=NOW)
    (other,) = (tmp_path / "other").glob("*.pem")
    (ours,) = [path for path in (tmp_path / "dkim").glob("*.pem") if path.name == other.name]
    ours.write_bytes(other.read_bytes())
    red = [row for row in rows(run("check", *at(published), "--json")) if row["verdict"] != "ok"]
    assert [row["name"] for row in red] == [f"{ours.stem}._domainkey.{OURS}"]
    assert "not the key that signs" in red[0]["note"]


def test_the_command_alone_prints_the_zone_and_json_its_records(run: Run, keys: list[str]) -> None:
    zone = run().stdout
    assert zone == run("zone").stdout
    found = dns.zonefile.read_rrsets(zone, rdclass=None, relativize=False)
    served = {(each.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(each.rdtype))
              for each in found}
    assert {(row["name"], row["type"]) for row in rows(run("zone", "--json"))} == served
    assert all(len(line) <= 98 for line in zone.splitlines() if line.startswith("; ")
               and " IN " not in line)


def test_what_is_not_known_yet_is_a_form_and_no_record(run: Run) -> None:
    zone = run("zone", SENDING_ADDRESSES="", PUBLIC_URL="http://127.0.0.1:8000",
               SMTP_URL="smtp://127.0.0.1").stdout
    assert f'; {OURS}. 3600 IN TXT "v=spf1 <ip4: and ip6: of each SENDING_ADDRESSES> -all"' in zone
    assert "newsletter dkim new" in zone
    assert f"; _25._tcp.mail.{OURS}. 3600 IN TLSA 3 1 1 <" in zone
    assert f"; mta-sts.{BOUNCES}. 3600 IN CNAME <" in zone
    for record in dns.zonefile.read_rrsets(zone, rdclass=None, relativize=False):
        assert "<" not in record.to_text()


def test_a_relay_that_signs_is_said_and_its_keys_are_not_checked(
    run: Run, published: NameServer
) -> None:
    assert "The relay signs" in run("zone", DKIM_KEYS="none").stdout
    done = run("check", *at(published), "--json", DKIM_KEYS="none")
    assert done.exit_code == 0
    assert [row["verdict"] for row in rows(done) if row["check"] == "dkim"] == ["not checked"]


def test_without_a_key_and_without_addresses_the_check_says_so(
    run: Run, published: NameServer, tmp_path: Path
) -> None:
    done = run("check", *at(published), "--json", SENDING_ADDRESSES="",
               DKIM_KEYS=str(tmp_path / "none"))
    assert done.exit_code == 1
    found = {row["check"]: row for row in rows(done)}
    assert found["dkim"]["verdict"] == "missing"
    assert found["ptr"]["verdict"] == "not checked"
    assert "SENDING_ADDRESSES is empty" in found["spf"]["note"]


def test_the_policy_is_what_the_id_was_made_of(run: Run) -> None:
    assert run("policy").stdout.splitlines() == [
        "version: STSv1", "mode: enforce", f"mx: {HOST}", "max_age: 604800"]


def test_a_domain_with_letters_outside_ascii_is_printed_as_dns_spells_it(run: Run) -> None:
    zone = run("zone", MAIL_FROM="post@münster.example").stdout
    assert "_dmarc.xn--mnster-3ya.example." in zone
    assert zone.isascii()


@pytest.mark.parametrize("given", ["", "127.0.0.1:0", "127.0.0.1:99999", "a b", "::1:x",
                                   "[::1", "nowhere.invalid", "http://127.0.0.1"])
def test_a_resolver_that_is_none_is_exit_code_2(run: Run, given: str) -> None:
    done = run("check", "--resolver", given)
    assert done.exit_code == 2
    assert "--resolver" in done.stderr


def test_a_file_that_is_no_certificate_is_exit_code_2(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text("no certificate", encoding="ascii")
    done = run("zone", "--certificate", str(path))
    assert done.exit_code == 2
    assert "--certificate" in done.stderr


@pytest.mark.parametrize("given", ["192.0.2.1;192.0.2.2", "mail.example", "192.0.2.0/24",
                                   "192.0.2.1=", "192.0.2.1=a b"])
def test_sending_addresses_that_are_none_are_a_bad_setting(run: Run, given: str) -> None:
    done = run("zone", SENDING_ADDRESSES=given)
    assert done.exit_code == 2
    assert done.stderr.startswith("SENDING_ADDRESSES must be IP addresses")
