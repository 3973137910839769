"""Macros in the names of an SPF record (RFC 7208 §7), as large senders use them."""

import re
from ipaddress import IPv4Address, IPv6Address

LONGEST = 253  # characters of a name
_MACRO = re.compile(r"%(?:([%_-])|\{([slodiphv])(\d{0,3})(r?)([.+,/_=-]*)\})", re.IGNORECASE)
_PLAIN = {"%": "%", "_": " ", "-": "%20"}


def expand(
    target: str, *, address: IPv4Address | IPv6Address, sender: str, domain: str
) -> str | None:
    """The name that a target becomes; None when it is written wrongly.

    `sender` is the mailbox of the return path, `domain` the one whose record it is. A name that
    grows too long loses labels at its left (§7.3).
    """
    local, _, sent_from = sender.rpartition("@")
    values = {
        "s": sender, "l": local, "o": sent_from, "d": domain, "h": sent_from, "p": "unknown",
        "i": _dotted(address), "v": "in-addr" if address.version == 4 else "ip6",
    }
    if "%" in _MACRO.sub("", target):
        return None
    try:
        name = _MACRO.sub(lambda found: _value(found, values), target)
    except ValueError:
        return None
    while len(name) > LONGEST and "." in name:
        name = name.partition(".")[2]
    return name.rstrip(".") or None


def _value(found: re.Match[str], values: dict[str, str]) -> str:
    plain, letter, digits, is_reversed, delimiters = found.groups()
    if plain:
        return _PLAIN[plain]
    parts = re.split(f"[{re.escape(delimiters or '.')}]", values[letter.lower()])
    if is_reversed:
        parts.reverse()
    if digits:
        if int(digits) == 0:
            raise ValueError("a macro keeps at least one part")
        parts = parts[-int(digits):]
    return ".".join(parts)


def _dotted(address: IPv4Address | IPv6Address) -> str:
    """An IPv6 address as 32 nibbles with dots between (§7.3)."""
    return str(address) if address.version == 4 else ".".join(
        address.exploded.replace(":", ""))
