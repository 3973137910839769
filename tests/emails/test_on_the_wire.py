"""Two hundred mails of every kind, handed to a strict relay, and read as they came (M01–M12)."""

import email
import email.policy
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from itertools import product

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from newsletter.deliveries.models import MailKind
from newsletter.emails import headers
from newsletter.emails.kinds import KINDS
from newsletter.emails.size import LARGEST_HTML
from newsletter.emails.words import LANGUAGES
from newsletter.mailer.dkim import DkimKey
from newsletter.mailer.headers import needs_smtputf8, to_a_label
from newsletter.mailer.message import Prepared, write_single
from newsletter.mailer.smtp import Letter
from tests.emails.material import (
    IDENTITY,
    SENDER,
    TOKENS,
    URLS,
    digests,
    edition,
    prepared,
    selection,
    written,
)
from tests.emails.strict import Reading, faults_of
from tests.faults.relay import Relay
from tests.faults.script import EXTENSIONS, Script
from tests.mailer.authority import authority
from tests.mailer.hand_over import hand_over
from tests.mailer.tap import Tap

COPIES = 7
FORMS = [
    (kind, language, shape)
    for kind in MailKind
    for language in LANGUAGES
    for shape in ("mail", "text")
]
# What a relay does without, from nothing to all there is (RFC 2920, 3030, 6152).
LACKING = {
    "nothing": (),
    "chunking": ("CHUNKING", "8BITMIME"),
    "everything": EXTENSIONS[:-2],  # but STARTTLS and AUTH, which hang on how it is set up
}
ADDRESSES = (
    "u{}@gemeente.example",
    "voor.naam+{}@münster.example",
    '"jan {}"@provincie.example',
    "o'brien{}@ministerie.example",
    f"{'l' * 60}{{}}@{'d' * 63}.{'e' * 63}.example",
)
STARTED = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)  # over the end of summer time


def bulk_of(kind: MailKind, language: str, shape: str) -> Prepared:
    """A mailing's variant in that form."""
    if kind is MailKind.EDITION:
        return prepared(edition(), f"{language}:{shape}", kind)
    return prepared(digests(selection("it", language=language, format=shape)), "it", kind)


BULK = {
    form: bulk_of(*form) for form in FORMS if KINDS[form[0]].list_label is not None
}


def letter(number: int, form: tuple[MailKind, str, str], address: str) -> Letter:
    """The mail of that form to one reader, with lines and links of her own."""
    kind, language, shape = form
    own = headers.of_reader(
        address=address, message_id=f"<m{number}@ingovernment.example>",
        dated_at=STARTED + timedelta(minutes=number),
    )
    tokens = {name: f"{value[:-4]}{number:04d}" for name, value in TOKENS.items()}
    if form in BULK:
        raw = BULK[form].join(headers=own, values=tokens)
    else:
        mail = written(kind, language, shape)
        raw = write_single(
            subject=mail.subject, reader_headers=own, html=mail.html, text=mail.text,
            shared_headers=headers.shared(
                kind, language=language, identity=IDENTITY, urls=URLS, sender=SENDER),
            values={name: tokens[name] for name in KINDS[kind].tokens},
        )
    return Letter(f"b{number}-token@bounces.example", to_a_label(address), [raw],
                  needs_smtputf8=needs_smtputf8(address))


def letters() -> list[Letter]:
    """Each form so many times, to addresses of every sort."""
    return [
        letter(number, form, ADDRESSES[number % len(ADDRESSES)].format(number))
        for number, (form, _) in enumerate(product(FORMS, range(COPIES)))
    ]


def handed_to(relay: Relay, sent: list[Letter]) -> list[str]:
    """The codes with which it answered the letters."""
    url = relay.url.replace("127.0.0.1", "localhost")
    return hand_over(sent, url, trusting=authority().trusting()).codes


@pytest.mark.parametrize("lacking", LACKING)
def test_a_strict_relay_takes_every_mail_of_two_hundred_as_it_was_written(lacking: str) -> None:
    sent = letters()
    assert len(sent) >= 200
    with Relay(Script(off=LACKING[lacking]), tls=authority().serving("localhost")) as relay:
        assert handed_to(relay, sent) == ["250 2.0.0"] * len(sent)
    assert relay.journal.violations == []
    assert [(mail.mail_from, mail.rcpt_to, mail.data) for mail in relay.journal.entries] == [
        (each.mail_from, each.rcpt_to, b"".join(each.pieces)) for each in sent
    ]


def test_two_hundred_mails_have_no_fault_and_each_its_own_names() -> None:
    sent = [b"".join(each.pieces) for each in letters()]
    read = [Reading(raw) for raw in sent]
    assert [each.faults for each in read if each.faults] == []
    assert len({each.fields["message-id"] for each in read}) == len(sent)
    assert len({each.fields["date"] for each in read}) == len(sent)
    leaving = [each.fields["list-unsubscribe"] for each in read
               if "list-unsubscribe" in each.fields]
    assert len(set(leaving)) == len(leaving) == 8 * COPIES
    # Ours are quoted-printable throughout: they pass a relay of 1982 (RFC 5321 §2.4).
    assert all(raw.isascii() for raw in sent)
    for each in read:
        html = [part.text for part in each.parts if part.content_type == "text/html"]
        assert all(len(text.encode()) <= LARGEST_HTML for text in html)


def test_pythons_parser_finds_no_defect_in_two_hundred_mails() -> None:
    for each in letters():
        raw = b"".join(each.pieces)
        mail = email.message_from_bytes(raw, policy=email.policy.SMTP.clone(refold_source="none"))
        assert isinstance(mail, EmailMessage)
        assert [part.defects for part in mail.walk() if part.defects] == []
        assert [name for name, value in mail.items() if value.defects] == []
        assert mail.as_bytes() == raw


def test_two_signatures_put_no_fault_into_a_mail_and_change_nothing_else() -> None:
    keys = [DkimKey("r1", "ingovernment.example", rsa.generate_private_key(65_537, 2_048)),
            DkimKey("e1", "ingovernment.example", Ed25519PrivateKey.generate())]
    own = headers.of_reader(address="jan@münster.example", message_id="<m1@a.example>",
                            dated_at=STARTED)
    for ready in BULK.values():
        plain = ready.join(headers=own, values=TOKENS)
        signed = ready.join(headers=own, values=TOKENS, keys=keys, at=STARTED)
        assert faults_of(signed) == []
        assert signed.endswith(plain)
        assert signed.removesuffix(plain).count(b"DKIM-Signature: ") == len(keys)


# Relays that take less than most (issue: without 8BITMIME, without SMTPUTF8, with a small SIZE).


def three(address: str) -> list[Letter]:
    """That reader's edition between those of two others."""
    form = (MailKind.EDITION, "nl", "mail")
    return [letter(number, form, to) for number, to in
            enumerate(("u1@gemeente.example", address, "u2@gemeente.example"))]


@pytest.mark.parametrize("lacking", LACKING)
def test_without_smtputf8_such_an_address_fails_alone_and_nothing_is_mangled(
    lacking: str,
) -> None:
    with Relay(Script(off=("SMTPUTF8", *LACKING[lacking]))) as relay, Tap(relay) as tap:
        handed = hand_over(three("jörg@münster.example"), tap.url(),
                           trusting=authority().trusting())
        assert handed.codes == ["250 2.0.0", "550 5.6.7", "250 2.0.0"]
    assert tap.in_clear.isascii()
    assert b"SMTPUTF8" not in tap.in_clear
    assert [mail.rcpt_to for mail in relay.journal.entries] == [
        "u1@gemeente.example", "u2@gemeente.example"
    ]


@pytest.mark.parametrize("lacking", [(), ("PIPELINING", "CHUNKING", "SIZE")], ids=["", "bare"])
def test_with_smtputf8_it_goes_raw_under_its_flag_and_no_other_mail_does(
    lacking: tuple[str, ...],
) -> None:
    with Relay(Script(off=lacking)) as relay, Tap(relay) as tap:
        handed = hand_over(three("jörg@münster.example"), tap.url(),
                           trusting=authority().trusting())
        assert handed.codes == ["250 2.0.0"] * 3
    raw = relay.journal.entries[1]
    assert raw.rcpt_to == "jörg@xn--mnster-3ya.example"
    assert Reading(raw.data, may_be_utf8=True).faults == []
    assert tap.in_clear.count(b" SMTPUTF8 BODY=8BITMIME\r\n") == 1
    assert tap.in_clear.count(b"SMTPUTF8") == 1


@pytest.mark.parametrize("lacking", ["nothing", "chunking"])
def test_a_mail_over_the_relays_size_fails_alone_and_is_not_even_begun(lacking: str) -> None:
    small, large = (letter(number, (MailKind.EDITION, "nl", shape), "u1@gemeente.example")
                    for number, shape in enumerate(("text", "mail")))
    assert small.size < 20_000 < large.size
    with Relay(Script(off=LACKING[lacking], size=20_000)) as relay, Tap(relay) as tap:
        handed = hand_over([small, large, small], tap.url(), trusting=authority().trusting())
        assert handed.codes == ["250 2.0.0", "552 5.3.4", "250 2.0.0"]
    assert tap.in_clear.count(b"MAIL FROM") == tap.in_clear.count(b"SIZE=%d" % small.size) == 2


def test_a_relay_that_names_no_size_may_still_find_one_mail_too_large() -> None:
    small, large = (letter(number, (MailKind.EDITION, "nl", shape), "u1@gemeente.example")
                    for number, shape in enumerate(("text", "mail")))
    with Relay(Script(off=("SIZE",), size=20_000)) as relay:
        assert handed_to(relay, [large, small]) == ["552 5.3.4", "250 2.0.0"]
