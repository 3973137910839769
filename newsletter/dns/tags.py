"""Lists of `name=value; …`, as DKIM, DMARC, MTA-STS and TLS-RPT write their records."""

import re
from urllib.parse import unquote


def tags_of(text: str) -> dict[str, str]:
    """The tags of a record, names in lower case (RFC 6376 §3.2); what is no tag is left out.

    Of a tag that stands there twice the first counts.
    """
    found: dict[str, str] = {}
    for part in text.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), value.strip())
    return found


def of_version(texts: list[str], version: str) -> list[str]:
    """Those of the texts that begin with `v=<version>`, which says what they are."""
    start = re.compile(rf"v\s*=\s*{re.escape(version)}\s*(;|$)", re.IGNORECASE)
    return [text for text in texts if start.match(text)]


def mailboxes_of(value: str) -> list[str]:
    """The addresses of the mailto: URIs in a list (`rua`), in lower case, without `!` and `?`."""
    uris = (uri.strip().lower() for uri in value.split(","))
    return [unquote(re.split(r"[!?]", uri.removeprefix("mailto:"))[0])
            for uri in uris if uri.startswith("mailto:")]
