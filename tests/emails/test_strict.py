"""The strict reader itself: each fault that it must see, put into a sound mail."""

import pytest

from newsletter.deliveries.models import MailKind
from tests.emails.material import mail_of
from tests.emails.strict import Reading, faults_of

SOUND = mail_of(MailKind.WELCOME, "nl")
BROKEN = {
    "a bare CR or LF": (b"\r\nTo:", b"\nTo:"),
    "a NUL": (b"Subject: ", b"Subject: \0"),
    "8-bit in the head": (b"Subject: Welkom", "Subject: Wélkom".encode()),
    "a head that is no UTF-8": (b"Subject: Welkom", b"Subject: W\xe9lkom"),
    "subject stands 2 times": (b"Subject:", b"Subject: another\r\nSubject:"),
    "bcc is not for us to write": (b"Subject:", b"Bcc: x@a.example\r\nSubject:"),
    "no date": (b"Date: Tue", b"X-Date: Tue"),
    "no field: 'Sub": (b"Subject:", b"Sub ject:"),
    "to is no mailbox": (b"To: u1@", b"To: u1 at "),
    "from is no mailbox": (b"From: inGovernment <", b"From: inGovernment, <"),
    "a Message-ID that is none": (b"<abc123@", b"<abc123 "),
    "MIME-Version is not 1.0": (b"MIME-Version: 1.0", b"MIME-Version: 1.1"),
    "a Date that is none": (b"08:00:00 +0000", b"08:00:00 GMT"),
    "a Date that never was": (b"03 Mar 2020", b"31 Feb 2020"),
    "a Date on another day of the week": (b"Tue, 03 Mar", b"Wed, 03 Mar"),
    "a Date that knows no zone": (b"08:00:00 +0000", b"08:00:00 -0000"),
    "not folded": (b"Subject: ", b"Subject: " + b"word " * 20),
    "white space at the end of a header line": (b"MIME-Version: 1.0", b"MIME-Version: 1.0 "),
    "a folded line of white space only": (b"MIME-Version: 1.0", b"MIME-Version: 1.0\r\n "),
    "an encoded word that cannot be decoded": (b"Subject: ", b"Subject: =?utf-8?q?=C3?= "),
    "an encoded word in another charset": (b"Subject: ", b"Subject: =?latin1?q?=E9?= "),
    "an encoded word over 75": (b"Subject: ", b"Subject: =?utf-8?q?" + b"a" * 70 + b"?= "),
    "a line of 1": (b"Subject: ", b"Subject: " + b"a" * 1000),
    "an encoded multipart": (b"MIME-", b"Content-Transfer-Encoding: 8bit\r\nMIME-"),
    "a multipart without a sound boundary": (b'boundary="=_', b'boundary=" =_\\'),
    "words before the first part": (b"\r\n\r\n--=_", b"\r\n\r\nhello\r\n--=_"),
    "parts ['text/html', 'text/html']": (b"text/plain; charset=utf-8", b"text/html; charset=utf-8"),
    "a part of text/plain; charset=ascii": (b"plain; charset=utf-8", b"plain; charset=ascii"),
    "a part that is not quoted-printable": (b"quoted-printable\r\n\r\n", b"8bit\r\n\r\n"),
    "no quoted-printable": (b"\r\n\r\ninGovernment", b"\r\n\r\nin=government"),
    "white space at the end of a line": (b"\r\n\r\ninGovernment", b"\r\n\r\nin \r\nGovernment"),
    "an encoded line of": (b"\r\n\r\ninGovernment", b"\r\n\r\n" + b"a" * 77),
    "a body that is no UTF-8": (b"\r\n\r\ninGovernment", b"\r\n\r\nin=E9government"),
    "an encoded bare CR or LF": (b"\r\n\r\ninGovernment", b"\r\n\r\nin=0Agovernment"),
}


def test_a_sound_mail_has_no_fault() -> None:
    assert faults_of(SOUND) == []


@pytest.mark.parametrize("fault", BROKEN)
def test_each_fault_that_is_put_in_is_seen(fault: str) -> None:
    old, new = BROKEN[fault]
    broken = SOUND.replace(old, new, 1)
    assert broken != SOUND
    found = faults_of(broken)
    assert any(each.startswith(fault) for each in found), found


def test_words_after_the_last_part_are_seen() -> None:
    assert "words after the last part" in faults_of(SOUND + b"bye\r\n")
    assert "no CRLF at the end" in faults_of(SOUND[:-2])


def test_a_soft_line_break_at_the_very_end_is_seen() -> None:
    plain = mail_of(MailKind.WELCOME, "nl", "text")
    assert faults_of(plain) == []
    assert "a soft line break at the end" in faults_of(plain[:-2] + b"=\r\n")


def test_a_raw_head_is_sound_only_with_smtputf8() -> None:
    raw = SOUND.replace(b"To: u1@", "To: jörg@".encode(), 1)
    assert faults_of(raw) == ["8-bit in the head"]
    assert faults_of(raw, may_be_utf8=True) == []


def test_an_encoded_subject_is_read_as_a_person_reads_it() -> None:
    words = b"Subject: =?utf-8?q?E=C3=A9n_mail?=\r\n =?utf-8?b?ISE=?= now"
    read = Reading(SOUND.replace(b"Subject: Welkom bij inGovernment", words, 1))
    assert read.faults == []
    assert read.said("subject") == "Eén mail!! now"
