"""Fetches the MTA-STS policy of a domain, as a sender of mail does (RFC 8461 §3.3)."""

import contextlib
import http.client
import socket
import ssl
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address

from newsletter.dns.ask import Unanswered

Address = IPv4Address | IPv6Address
Fetch = Callable[[str, Sequence[Address]], str]

LARGEST = 65_536  # octets of a policy
SECONDS = 5.0


def fetch_policy(
    host: str, addresses: Sequence[Address], *, port: int = 443,
    context: ssl.SSLContext | None = None,
) -> str:
    """The text that the host of a policy gives at one of these addresses.

    The certificate must be the host's. Redirects are not followed. Raises Unanswered.
    """
    reason = f"{host} has no address"
    for address in addresses:
        try:
            return _fetched(host, str(address), port, context or ssl.create_default_context())
        except (OSError, http.client.HTTPException) as error:
            words = str(error).splitlines()
            reason = f"https://{host} at {address}: {words[0] if words else type(error).__name__}"
    raise Unanswered(reason)


def _fetched(host: str, address: str, port: int, context: ssl.SSLContext) -> str:
    connection = http.client.HTTPSConnection(host, timeout=SECONDS)
    # Connected by hand, so that the address is the one that the asked resolver gave.
    with contextlib.closing(connection):
        plain = socket.create_connection((address, port), SECONDS)
        with contextlib.ExitStack() as until_wrapped:
            until_wrapped.callback(plain.close)
            connection.sock = context.wrap_socket(plain, server_hostname=host)
            until_wrapped.pop_all()
        connection.request("GET", "/.well-known/mta-sts.txt", headers={"Connection": "close"})
        answer = connection.getresponse()
        kind = answer.headers.get_content_type()
        if answer.status != http.HTTPStatus.OK or kind != "text/plain":
            raise Unanswered(f"https://{host} gives {answer.status} and {kind}, not a text")
        body = answer.read(LARGEST + 1)
    if len(body) > LARGEST:
        raise Unanswered(f"the policy at https://{host} is larger than {LARGEST} octets")
    return body.decode("utf-8", "replace")
