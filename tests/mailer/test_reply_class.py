"""Refusals: about us or about a recipient, by the forms that receivers use.

The rows are our own wording around what matters: codes, names of lists, and the words by which
receivers tell their reasons.
"""

import time

import pytest

from newsletter.mailer.reply_class import is_about_sender, is_beyond_relay
from newsletter.mailer.smtp import Reply

ABOUT_SENDER = [
    # Gmail: authentication, reverse DNS, complaints, TLS, alignment (D04).
    (550, "5.7.25 The sending IP has no PTR record, or it does not point back."),
    (550, "5.7.26 Unauthenticated: DKIM = did not pass, SPF with ip: [192.0.2.1] = did not pass."),
    (550, "5.7.27 SPF did not pass for this sender."),
    (550, "5.7.28 An unusual rate of unsolicited mail comes from your IP address."),
    (550, "5.7.29 This message came over a connection without TLS."),
    (550, "5.7.30 DKIM did not pass for this sender."),
    (421, "4.7.23 The IP has no PTR record; mail is limited for now."),
    (421, "4.7.28 Mail of your DKIM domain is limited for a while to protect our users."),
    (421, "4.7.32 The From header is not aligned with an authenticated domain."),
    (421, "4.7.0 [192.0.2.1 15] This message is suspicious because of the reputation of the IP."),
    (550, "5.7.1 [192.0.2.1 12] This mail is likely unsolicited and was blocked."),
    (552, "5.7.0 Blocked because its content presents a potential security issue."),
    # Outlook and Exchange Online.
    (550, "5.7.515 Access denied, sending domain magazine.example is below the required level."),
    (550, "5.7.606 Access denied, banned sending IP [192.0.2.1]."),
    (550, "5.7.649 Access denied, banned sending IP [192.0.2.1]."),
    (550, "5.7.511 Access denied, banned sender."),
    (550, "5.7.509 Access denied, sending domain does not pass DMARC and has a policy of reject."),
    (550, "5.7.513 Service unavailable, client host blocked by the recipient's own list."),
    (550, "5.7.708 Service unavailable, traffic from this IP is not accepted."),
    (550, "5.7.23 The message was not accepted as SPF validation failed."),
    (550, "5.7.64 TenantAttribution; Relay Access Denied"),
    (550, "5.1.8 Access denied, bad outbound sender."),
    (550, "5.7.1 Part of your network is on our block list (S3140)."),
    (451, "4.7.650 The server [192.0.2.1] is rate limited for its IP reputation (S775)."),
    (421, "RP-001 The server's IP has exceeded its rate limit."),
    # Yahoo and AOL.
    (421, "4.7.0 [TSS04] Messages from 192.0.2.1 are deferred: unexpected volume or complaints."),
    (421, "[TS01] Messages from 192.0.2.1 temporarily deferred due to user complaints"),
    (553, "5.7.2 [TSS09] All messages from 192.0.2.1 will be permanently deferred"),
    (554, "Message not allowed - [PH01] not accepted for policy reasons."),
    (554, "5.7.9 Message not accepted for policy reasons."),
    # Blocklists and reputation, under whatever code.
    (554, "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"),
    (550, "5.1.1 refused, your host is on bl.spamcop.net"),
    (554, "Rejected by Barracuda Reputation, see barracudacentral.org"),
    (550, "5.7.1 <r@x.example>: Recipient address rejected: listed at an RBL"),
    (554, "IP=192.0.2.1 - None/bad reputation."),
    (550, "5.2.0 Message refused by Cloudmark"),
    (550, "Blocked - see the Proofpoint page; IP blocked"),
    (451, "Your host is blacklisted here; greylisted until that ends"),
    # Our own name, address and DNS.
    (450, "4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]"),
    (450, "4.7.25 Client host rejected: cannot find your hostname"),
    (504, "5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname"),
    (450, "4.1.8 <n@x.example>: Sender address rejected: Domain not found"),
    (550, "5.1.7 The reverse path is not good"),
    (550, "Sender verify failed"),
    (554, "Bad DNS PTR resource record."),
    (550, "5.7.1 <r@x.example>: Recipient address rejected: SPF fail for magazine.example"),
    (550, "5.7.20 No passing DKIM signature was found."),
    (550, "5.7.1 Unauthenticated email is not accepted: the domain's DMARC policy"),
    # Our set-up at our own relay.
    (554, "5.7.1 <r@x.example>: Relay access denied"),
    (550, "relay not permitted"),
    (530, "5.7.0 Must issue a STARTTLS command first"),
    (530, "5.7.0 Authentication required"),
    (550, "5.4.5 Daily user sending limit exceeded"),
    (550, "5.1.90 The daily limit of recipients has been reached"),
    # Content, and a policy without more words.
    (550, "5.7.1 This message was classified as SPAM"),
    (554, "Message refused: spam"),
    (550, "5.7.1 Message rejected due to local policy"),
    (550, "mailbox unavailable. Reject due to policy restrictions."),
    (550, "5.7.1 delivery not authorized"),
    (454, "4.7.5 certificate not trusted"),
    # A smarthost that passes on what another said.
    (550, "5.0.0 host mx.example[192.0.2.9] said: 550-5.7.26 did not pass (in reply to end)"),
]
ABOUT_RECIPIENT = [
    (550, "5.1.1 <r@x.example>: Recipient address rejected: User unknown"),
    (550, "5.1.1 The email account that you tried to reach does not exist."),
    (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup"),
    (550, "No such user here"),
    (550, "unrouteable address"),
    (554, "delivery error: This user doesn't have an account here"),
    (550, "5.2.1 The account is disabled"),
    (552, "5.2.2 The mailbox is over quota"),
    (452, "4.2.2 The recipient's inbox is out of storage space"),
    (450, "4.2.1 The user is receiving mail too quickly right now"),
    (550, "5.4.1 Recipient address rejected: Access denied."),
    (554, "5.7.1 <r@x.example>: Recipient address rejected: access denied"),
    (550, "5.7.1 Not authorized to send to this recipient"),
    (550, "5.7.1 You are not allowed to post to this group"),
    (550, "5.7.1 RESOLVER.RST.NotAuthorized; not authorized"),
    (550, "5.7.1 Only accepts mail of members"),
    (550, "5.7.2 mailing list expansion prohibited"),
    (550, "5.7.12 Sender was not authenticated by the organization"),
    (550, "5.7.124 Sender not in the list of allowed senders of the group"),
    (550, "5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup"),
    (550, "5.7.134 Sender not authenticated for mailbox"),
    (550, "5.7.136 Sender not authenticated for mail user"),
    (550, "5.7.17 The owner of the mailbox has changed"),
    (550, "5.7.504 Recipient address rejected: Access denied"),
    (550, "5.7.505 Access denied, banned recipient"),
    (550, "5.7.1 Mail from you was refused by the recipient"),
    (550, "5.7.1 mailbox disabled for this recipient"),
    (550, "5.7.1 This address is restricted to internal senders"),
]
ABOUT_NEITHER = [
    (250, "2.0.0 Ok: queued as 5.7.26"),
    (450, "4.2.0 <r@x.example>: Recipient address rejected: Greylisted, see the page of postgrey"),
    (451, "4.7.1 Greylisting in action, please come back later"),
    (451, "4.7.1 Try again later"),
    (421, "4.7.0 Temporary System Problem. Try again later (10)."),
    (421, "4.7.0 relay.example Error: too many connections from 192.0.2.1"),
    (450, "4.7.1 Error: too much mail from 192.0.2.1"),
    (451, "4.7.500 Server busy. Please try again later from [192.0.2.1]."),
    (454, "4.7.0 TLS not available due to local problem"),
    (421, "4.3.2 Service shutting down"),
    (451, "4.3.0 Queue file write error"),
    (452, "4.3.1 Insufficient system storage"),
    (552, "5.3.4 Message too big"),
    (550, "5.6.7 the relay does not take such an address (RFC 6531)"),
    (554, "5.5.1 Error: no valid recipients"),
    (554, "Transaction failed"),
    (451, "Connection from 5.7.26.1 timed out"),
]


def judged(code: int, text: str) -> bool:
    return is_about_sender(Reply(code, text, "dot").codes, text)


@pytest.mark.parametrize(("code", "text"), ABOUT_SENDER)
def test_what_is_said_of_a_sender_is_about_us(code: int, text: str) -> None:
    assert judged(code, text)


@pytest.mark.parametrize(("code", "text"), ABOUT_RECIPIENT)
def test_what_is_said_of_a_recipient_is_not_about_us(code: int, text: str) -> None:
    assert not judged(code, text)


@pytest.mark.parametrize(("code", "text"), ABOUT_NEITHER)
def test_what_any_stranger_hears_is_not_about_us(code: int, text: str) -> None:
    assert not judged(code, text)


def test_capitals_and_joined_lines_change_nothing() -> None:
    for code, text in ABOUT_SENDER + ABOUT_RECIPIENT + ABOUT_NEITHER:
        assert judged(code, text.upper()) is judged(code, text), text


def test_an_answer_made_to_be_slow_is_judged_at_once() -> None:
    for word in ("ip ", "recipient ", "5.7.", "send to ", "domain ", " " * 50, "proofpoint "):
        started = time.process_time()
        judged(550, word * (20_000 // len(word)))
        assert time.process_time() - started < 0.5, word


@pytest.mark.parametrize(("text", "is_beyond"), [
    ("552 5.3.4 Message size exceeds the fixed limit", True),
    ("550 5.6.7 The address needs SMTPUTF8", True),
    ("552 5.2.3 larger than this mailbox takes", False),  # hers alone
    ("552 5.2.2 mailbox full", False),
    ("452 4.3.4 not now", False),  # it is tried again
    ("552 exceeded storage", False),
    ("250 2.1.5 ok", False),
])
def test_what_the_relay_takes_of_nobody_is_told_from_what_one_mailbox_does_not_take(
    text: str, is_beyond: bool
) -> None:
    code, _, said = text.partition(" ")
    assert is_beyond_relay(Reply(int(code), said, "mail").codes) is is_beyond
