"""`newsletter dns`: what to publish in DNS, and whether it is published (D03)."""

import re
import socket
from collections.abc import Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from cryptography import x509
from dns.resolver import NoResolverConfiguration

from newsletter.cli.lazy import REFUSED
from newsletter.cli.opened import opened
from newsletter.cli.output import as_csv, as_json, print_json, print_rows, print_table
from newsletter.config import Settings
from newsletter.core import settings
from newsletter.dkim_folder import KeyEntry, read_index, read_key
from newsletter.dkim_keys import sender_domain
from newsletter.dns import records
from newsletter.dns.ask import Resolver
from newsletter.dns.check import check
from newsletter.dns.fetch import fetch_policy
from newsletter.dns.finding import Check, Finding
from newsletter.dns.publication import Publication, PublicKey, SendingHost
from newsletter.dns.zone import zone
from newsletter.errors import BadSettings
from newsletter.mailer.headers import to_a_label

DNS_PORT = 53
_PLACE = re.compile(r"(?:\[(?P<six>[^]]+)\]|(?P<host>[^][:/\s]+))(?::(?P<port>\d{1,5}))?"
                    r"|(?P<bare>[0-9A-Fa-f:.]+)")
COLUMNS = ("verdict", "check", "name", "found", "expected", "note", "required")


def _certificate(
    _ctx: click.Context, _option: click.Parameter, path: Path | None
) -> x509.Certificate | None:
    if path is None:
        return None
    try:
        return x509.load_pem_x509_certificate(path.read_bytes())
    except (ValueError, OSError) as error:
        raise click.BadParameter("it holds no certificate in PEM.") from error


def _resolver(
    _ctx: click.Context, _option: click.Parameter, given: str | None
) -> tuple[list[str], int]:
    """The addresses and the port of a resolver; no addresses when none is given."""
    if given is None:
        return [], DNS_PORT
    found = _PLACE.fullmatch(given)
    if not found or not 0 < int(found["port"] or DNS_PORT) < 65_536:
        raise click.BadParameter("must be host, host:port or [address]:port.")
    port = int(found["port"] or DNS_PORT)
    try:
        places = socket.getaddrinfo(found["six"] or found["host"] or found["bare"], port,
                                    type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        raise click.BadParameter("there is no such host.") from error
    # IPv4 first, for many a local resolver listens there alone and `localhost` is both.
    places.sort(key=lambda place: place[0] != socket.AF_INET)
    return list(dict.fromkeys(str(place[4][0]) for place in places)), port


of_certificate = click.option(
    "--certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    callback=_certificate, metavar="FILE",
    help="Certificate (PEM) of the host that takes bounces, for its TLSA record.",
)


@click.group("dns", invoke_without_command=True)
@click.pass_context
def dns(ctx: click.Context) -> None:
    """What to publish in DNS, and whether it is published; alone it prints the zone."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(print_zone)


@dns.command("zone")
@of_certificate
@as_json
def print_zone(certificate: x509.Certificate | None, json_wanted: bool) -> None:
    """Print all records to publish, as a fragment of a zone file."""
    with opened():
        publication = _publication(settings(), certificate)
    if json_wanted:
        print_json([{"name": record.name, "type": record.kind, "value": record.value}
                    for record in records.all_of(publication)])
    else:
        click.echo(zone(publication), nl=False)


@dns.command("policy")
def print_policy() -> None:
    """Print the MTA-STS policy, a file for the web server (RFC 8461)."""
    with opened():
        publication = _publication(settings(), None)
    click.echo(records.mta_sts_policy(publication.mail_hosts), nl=False)


@dns.command("check")
@click.option("--resolver", callback=_resolver, metavar="HOST[:PORT]",
              help="Who is asked; the system's resolver unless given.")
@of_certificate
@click.option("--fetch", is_flag=True, help="Also get the MTA-STS policy, over https.")
@click.option("--except", "excused", multiple=True,
              type=click.Choice([each.value for each in Check]),
              help="Not required here, and shown all the same; may be given often.")
@as_json
@as_csv
@click.pass_context
def check_records(
    ctx: click.Context, *, resolver: tuple[list[str], int], fetch: bool, excused: Sequence[str],
    certificate: x509.Certificate | None, json_wanted: bool, csv_wanted: bool,
) -> None:
    """Ask a resolver for each record. Exit code 1 when a required one is missing, differs, or
    cannot be asked.

    Signatures (DNSSEC) are the resolver's to verify: ask one that does, over a way you trust.
    """
    with opened():
        publication = _publication(settings(), certificate)
    servers, port = resolver
    try:
        asked = Resolver(servers, port=port)
    except NoResolverConfiguration as error:
        raise click.UsageError("This machine has no resolver: give one with --resolver.") from error
    found = check(publication, asked, fetch=fetch_policy if fetch else None)
    wrong = [each for each in found if each.is_wrong and each.check not in excused]
    if json_wanted or csv_wanted:
        print_rows(COLUMNS, [_row(each, excused) for each in found],
                   json_wanted=json_wanted, csv_wanted=csv_wanted)
    else:
        print_table(("verdict", "check", "name", "says"), [
            {**_row(each, excused), "says": each.says} for each in found])
    click.echo(f"{len(wrong)} of {len(found)} lines ask for something to be done." if wrong
               else "All that is required is published.", err=True)
    ctx.exit(REFUSED if wrong else 0)


def _row(finding: Finding, excused: Sequence[str]) -> dict[str, Any]:
    return {
        "verdict": finding.verdict.value, "check": finding.check.value, "name": finding.name,
        "found": finding.found, "expected": finding.expected, "note": finding.note,
        "required": finding.check not in excused,
    }


def _publication(given: Settings, certificate: x509.Certificate | None) -> Publication:
    """What the settings say about the sender. Raises BadSettings or MailError."""
    ours = sender_domain(given)
    relay = _public_name(given.smtp_url.host) or f"mail.{ours}"
    return Publication(
        from_domain=ours,
        bounce_domain=given.bounce_domain,
        reports_to=to_a_label(given.reports_to) or f"postmaster@{ours}",
        relay_name=relay,
        web_name=_public_name(urlsplit(given.public_url).hostname or ""),
        hosts=tuple(SendingHost(each.address, each.name or relay)
                    for each in given.sending_addresses),
        dkim_keys=None if given.dkim_keys is None else tuple(
            PublicKey(entry.selector, entry.domain, _record(given, entry))
            for entry in read_index(given.dkim_keys)),
        certificate=certificate,
    )


def _record(given: Settings, entry: KeyEntry) -> str:
    """What a private key asks for; what the index says of it, when we may not read the key."""
    assert given.dkim_keys is not None
    try:
        return read_key(given.dkim_keys, entry).record
    except BadSettings:
        return entry.record


def _public_name(host: str) -> str:
    """The host when others can look it up by that name; else nothing."""
    try:
        ip_address(host)
    except ValueError:
        return host.lower() if "." in host else ""
    return ""
