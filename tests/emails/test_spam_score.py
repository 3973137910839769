"""What SpamAssassin says of every kind of mail, offline: form and content only (M10)."""

import mailbox
import re
import subprocess
from contextlib import closing
from email.message import EmailMessage, Message
from email.policy import SMTP
from pathlib import Path

import pytest

from newsletter.deliveries.models import MailKind
from newsletter.emails.words import LANGUAGES
from tests.emails.material import mail_of, parsed

MOST = 2.0
# What it says of a mail whose parts differ, or whose encoding is not as it should be.
NEVER = {"MPART_ALT_DIFF", "MPART_ALT_DIFF_COUNT", "MIME_QP_LONG_LINE", "MIME_HTML_ONLY",
         "MISSING_DATE", "MISSING_MID", "HTML_MIME_NO_HTML_TAG", "BASE64_LENGTH_79_INF"}
FORMS = [f"{kind}-{language}-{shape}" for kind in MailKind for language in LANGUAGES
         for shape in ("mail", "text")]

needs_spamassassin = pytest.mark.needs("spamassassin")


def judged(mails: list[bytes], folder: Path) -> list[Message]:
    """The mails as it gives them back, with its words in their heads."""
    with closing(mailbox.mbox(folder / "given")) as given:
        for raw in mails:
            given.add(raw.replace(b"\r\n", b"\n"))
    done = subprocess.run(
        ["spamassassin", "--local", "--nocreate-prefs", "--mbox", str(folder / "given")],
        env={"HOME": str(folder), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True, timeout=120, check=True,
    )
    (folder / "judged").write_bytes(done.stdout)
    with closing(mailbox.mbox(folder / "judged")) as found:
        return list(found)


@needs_spamassassin
def test_no_mail_looks_like_spam_and_its_parts_say_the_same(tmp_path: Path) -> None:
    mails = [mail_of(kind, language, shape) for kind in MailKind for language in LANGUAGES
             for shape in ("mail", "text")]
    found = judged(mails, tmp_path)
    assert len(found) == len(FORMS)
    for form, mail in zip(FORMS, found, strict=True):
        said = " ".join(str(mail["X-Spam-Status"]).split())
        score = re.search(r"score=(-?[\d.]+)", said)
        assert score, (form, said)
        assert float(score[1]) <= MOST, (form, said)
        assert not NEVER & set(re.split(r"[ ,=]+", said)), (form, said)


@needs_spamassassin
def test_it_would_see_parts_that_differ(tmp_path: Path) -> None:
    """Or its silence above would mean nothing."""
    mail = parsed(mail_of(MailKind.WELCOME, "nl"))
    text = mail.get_body(("plain",))
    assert isinstance(text, EmailMessage)
    text.set_content(" ".join(f"woord{number}" for number in range(200)))
    (found,) = judged([mail.as_bytes(policy=SMTP)], tmp_path)
    assert "MPART_ALT_DIFF" in str(found["X-Spam-Status"])
