"""Whether a relay's refusal is about us, the sender, or about this one recipient (R20, D04).

What is about us (authentication, reputation, complaints, TLS, a blocklist) hits every reader of
that receiver: it is a reason to stop and mend, and none to give up a reader. The code decides where
its meaning is fixed, by RFC 3463, 7372, 7505 and the lists that Gmail, Outlook and Yahoo publish;
else the words do. What stays doubtful under a policy code is taken to be about us: that harms no
reader.
"""

import re

# A status that stands by itself, not in the midst of an IP address.
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")

# x.7.n that say by themselves whom they are about.
_OF_SENDER = frozenset((
    *range(20, 33),  # DKIM, SPF, reverse DNS, DMARC, floods, ARC, TLS, alignment
    40, 57, 60, 64,
    501, 502, 503, *range(506, 512), 513, 515,
    *range(606, 751),  # banned or badly reputed networks and tenants
))
_OF_RECIPIENT = frozenset((
    2, 12,  # a list, or an organisation that takes mail of its own people only
    17, 18, 19,  # the mailbox or domain has another owner (RFC 7293)
    124, 129, *range(133, 137),  # a group or mailbox with a list of whom it hears
    *range(321, 326),  # what the receiver publishes about its TLS does not hold
    504, 505,
))
# x.1.n and x.2.n are about addresses and mailboxes (RFC 3463 §3.2, §3.3); these about the sender's.
_SENDER_ADDRESS = frozenset(((1, 7), (1, 8), (1, 90)))


def _one_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# Said of nobody but a sender.
_SURE = _one_of(
    r"spamhaus|spamcop|barracuda(central|networks)|\bsorbs\b|uceprotect|cloudmark|invaluement",
    r"sender ?score|senderbase|proofpoint.{0,40}(blocked|reputation)|\bPDR\b",
    r"\b(rbl|dnsbl)\b|(black|block|deny)[ -]?list",
    r"blocked using|\breputation\b",
    r"\b(spf|dkim|dmarc)\b|unauthenticated (e-?mail|sender|message)",
    r"reverse (dns|hostname|lookup)|\bPTR\b|\brdns\b|cannot find your (reverse )?hostname",
    r"\[?\bTSS?\d\d\b|\[?\bPH\d\d\b|\bS3(140|150)\b|\b(RP|SC|DY|OU)-00\d\b",
    r"(client host|helo command|sender address)\b.{0,80}\b(rejected|blocked|denied)",
    r"sender verify failed|sender domain must|bad outbound sender",
    r"\b(ip|ip address|network|host|server|domain)\b.{0,60}\b(banned|blocked|blacklisted)\b",
    r"\b(banned|blocked|bad) (sending|sender|ip)\b",
    r"\bip\b.{0,30}\bpolicy\b|policy restrictions",
    r"relay(ing)? (access )?(denied|not (allowed|permitted))",
    r"unable to relay|not permitted to relay|(daily|hourly|user) .{0,20}sending (limit|quota)",
    r"user complaints|high (rate|volume) of (spam|complaints)|unusual rate of unsolicited",
    r"must issue a starttls|authentication required|not in (the )?whitelist",
)
# Said of a sender, unless a recipient is spoken of too.
_LIKELY = _one_of(
    r"\bspam(my)?\b|\bunsolicited\b|\bjunk\b|\bbulk\b",
    r"\bpolicy\b|\bpolicies\b|access denied|not accepted from|suspicious|\bphish",
)
# Said of one recipient.
_RECIPIENT = _one_of(
    r"(recipient|mailbox|user|account|address)\b.{0,40}"
    r"\b(unknown|disabled|suspended|inactive|expired|full|unavailable|not found)",
    r"does ?n[o']t exist",
    r"(no such|unknown|invalid|disabled|inactive|unroutable) (user|recipient|mailbox|account|addr)",
    r"recipient (address )?(was )?(rejected|banned|not accepted|refused)|banned recipient",
    r"\b(send|sending|submit|post|write|deliver)\b.{0,20} to (this|the|that) "
    r"(recipient|group|list|mailing|user|address|distribution|mailbox|conversation)",
    r"RESOLVER\.RST|(not authenticated|authentication) for (the )?(group|mailbox|mail user|public)",
    r"only (accepts|receives?) (mail|e-?mail|messages)|restricted to|members[ -]only",
    r"(closed|moderated|private) (list|group)|list (members|subscribers)|mailing list expansion",
    r"(blocked|rejected|refused) by (the )?(recipient|user|addressee)\b(?!'s)",
    r"over ?quota|quota exceeded|mailbox",
)
# Said to anybody who comes for the first time, or too fast: back-off and pace see to it.
_LATER = _one_of(
    r"gr[ea]y[ -]?list|(try|come back|retry)( again)? (later|in|after)|server busy|too busy",
    r"too (many|much)|rate limit|temporar(y|ily) (system|server|local|fail|unavail)|tls not avail",
)


# Larger than the system takes (RFC 3463 §3.4); an address in UTF-8 (RFC 6531 §3.5).
_BEYOND_RELAY = frozenset(("5.3.4", "5.6.7"))


def is_beyond_relay(codes: str) -> bool:
    """Whether our relay takes no mail like this one, whoever is to get it: somebody must know.

    `codes` as `Reply.codes` has them; also of what we answered ourselves, by what it had announced.
    """
    return codes.partition(" ")[2] in _BEYOND_RELAY


def is_about_sender(codes: str, text: str) -> bool:
    """Whether the answer refuses us and not this reader, so that she must not suffer for it.

    `codes` as `Reply.codes` has them (`550 5.7.26`), `text` what the relay said after the code,
    its lines joined. Only of 4xx and 5xx answers; one that was accepted is about nobody.
    """
    if codes[:1] not in ("4", "5"):
        return False
    # A relay that passes another's word on repeats that one's status within its own.
    statuses = [(int(found[2]), int(found[3])) for found in _STATUS.finditer(f"{codes} {text}")]
    policies = [detail for subject, detail in statuses if subject == 7]
    if not _SENDER_ADDRESS.isdisjoint(statuses) or not _OF_SENDER.isdisjoint(policies):
        return True
    if _SURE.search(text):
        return True
    if any(subject in (1, 2) for subject, _ in statuses) or not _OF_RECIPIENT.isdisjoint(policies):
        return False
    if _RECIPIENT.search(text) or (codes[0] == "4" and _LATER.search(text)):
        return False
    return bool(policies or _LIKELY.search(text))
