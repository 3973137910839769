"""The page about mails on the wire says what they have, and every reason that can be given."""

import ast
import re
from pathlib import Path

from newsletter.deliveries.models import MailKind
from newsletter.emails.kinds import KINDS
from newsletter.emails.size import LARGEST_HTML
from newsletter.mailer import connect
from tests.docs.pages import page
from tests.emails.material import mail_of
from tests.emails.strict import Reading

MAIL = page("docs/mail.md")


def test_its_head_is_that_of_every_mail() -> None:
    said: dict[str, set[str]] = {}
    for names, kinds, *_ in MAIL.table("line"):
        said.setdefault(kinds, set()).update(
            name.lower() for name in re.findall(r"`([\w-]+)`", names)
        )
    for kind in MailKind:
        is_bulk = KINDS[kind].list_label is not None
        expected = said["all"] | said["bulk" if is_bulk else "notices"]
        assert set(Reading(mail_of(kind, "nl")).fields) == expected, kind


def test_it_has_each_reason_for_which_no_conversation_comes_about() -> None:
    tree = ast.parse(Path(connect.__file__).read_text(encoding="utf-8"))
    words = {
        node.value
        for part in ast.walk(tree)
        if isinstance(part, ast.Return | ast.Raise | ast.Assign)
        for node in ast.walk(part)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    spoken = {word for word in words if " " in word and not word.endswith(" ")}
    assert set(MAIL.column("reason")) == spoken
    for word in words:
        if word.endswith(" refused with ") or word.endswith(" off with "):
            assert f"{word.strip()}`" in MAIL.source


def test_its_largest_html_is_the_one_that_is_enforced() -> None:
    assert f"at most {LARGEST_HTML} octets" in MAIL.source
