"""The local inbox: a real SMTP conversation in, files kept, hostile mails shown without harm."""

import os
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from newsletter.errors import NotFound
from newsletter.local.mailbox import keep_mail, links_of, list_mails, read_mail
from newsletter.web.inbox.views import opening_in_new_tabs
from newsletter.web.plain_text import with_links

ROOT = Path(__file__).resolve().parents[2]
MOMENT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HOSTILE = b"""\
From: =?utf-8?q?Mallory?= <m@evil.example>\r
To: anna@gemeente.example\r
Subject: =?unknown-charset?q?=FF?= <script>alert(1)</script>\r
Content-Type: multipart/alternative; boundary=b\r
\r
--b\r
Content-Type: text/plain; charset=no-such-charset\r
\r
Hoi </pre><script>alert(2)</script> https://site.example/a?b=1&c="x\r
--b\r
Content-Type: text/html; charset=utf-8\r
\r
<html><head><title>x</title></head><body onload="alert(3)"><script>alert(4)</script>\r
<a href="javascript:alert(5)">a</a> <a href="https://site.example/bevestigen/abc?x=1&amp;y=2">b</a>\r
<form action="https://evil.example"><button>c</button></form></body></html>\r
--b--\r
"""


def _keep(
    folder: Path, number: int, *, to: str, content: bytes = b"Subject: Dag\r\n\r\nHoi\r\n"
) -> str:
    return keep_mail(
        folder, content=content, sender="bounce@b.example", recipients=[to],
        received_at=MOMENT + timedelta(seconds=number),
    ).mail_id


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A running inbox: its folder and its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environ = {
        **os.environ, "STATE": str(tmp_path), "INBOX_PORT": str(port), "SECRET_KEY": "k",
        "DATABASE_URL": "postgresql://nowhere/", "REDIS_URL": "redis://nowhere/",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "newsletter.local.inbox"], cwd=ROOT, env=environ,
        stdout=subprocess.PIPE, text=True,
    ) as process:
        assert process.stdout is not None
        assert str(port) in process.stdout.readline()
        yield tmp_path / "inbox", port
        process.terminate()


def test_the_listener_keeps_a_mail_as_it_came_before_it_says_so(
    listener: tuple[Path, int],
) -> None:
    folder, port = listener
    content = "Subject: Welkom, Zoë\r\n\r\n.Een punt vooraan: é\r\n".encode()
    with smtplib.SMTP("127.0.0.1", port) as relay:
        relay.sendmail(
            "bounce+1@b.example", ["zoë@gemeente.example", "bob@rijk.example"], content,
            mail_options=["SMTPUTF8", "BODY=8BITMIME"],
        )
    kept = list_mails(folder)
    assert [mail.recipients for mail in kept] == [("zoë@gemeente.example", "bob@rijk.example")]
    assert kept[0].sender == "bounce+1@b.example"
    mail = read_mail(folder, kept[0].mail_id)
    assert mail.source.encode() == content


def test_a_second_listener_on_the_port_says_which_setting_helps(
    listener: tuple[Path, int],
) -> None:
    folder, port = listener
    environ = {
        **os.environ, "STATE": str(folder.parent), "INBOX_PORT": str(port), "SECRET_KEY": "k",
        "DATABASE_URL": "postgresql://nowhere/", "REDIS_URL": "redis://nowhere/",
    }
    result = subprocess.run(
        [sys.executable, "-m", "newsletter.local.inbox"], cwd=ROOT, env=environ,
        capture_output=True, text=True, check=False,
    )
    assert result.returncode == 2
    assert "INBOX_PORT" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_the_list_is_newest_first_in_pages_and_by_recipient(tmp_path: Path) -> None:
    kept = [_keep(tmp_path, n, to=f"lezer{n % 3}@rijk.example") for n in range(7)]
    assert [mail.mail_id for mail in list_mails(tmp_path, limit=3)] == kept[:3:-1]
    older = list_mails(tmp_path, limit=50, before=kept[4])
    assert [mail.mail_id for mail in older] == kept[3::-1]
    found = list_mails(tmp_path, to="LEZER1@")
    assert [mail.mail_id for mail in found] == [kept[4], kept[1]]
    assert list_mails(tmp_path, to="nobody") == []
    assert list_mails(tmp_path / "empty") == []


def test_thousands_of_mails_are_listed_at_once(tmp_path: Path) -> None:
    first = _keep(tmp_path, 0, to="eerste@rijk.example")
    index = tmp_path / "index"
    line = index.read_bytes().replace(b"eerste", b"ander")
    with index.open("ab") as file:
        file.write(line * 5000)
    begun = time.process_time()
    assert len(list_mails(tmp_path)) == 50
    assert [mail.mail_id for mail in list_mails(tmp_path, to="eerste@")] == [first]
    assert time.process_time() - begun < 0.5


def test_a_line_cut_short_by_a_kill_hides_no_other_mail(tmp_path: Path) -> None:
    before = _keep(tmp_path, 0, to="a@rijk.example")
    with (tmp_path / "index").open("ab") as file:
        file.write(b'["0000')
    after = _keep(tmp_path, 1, to="b@rijk.example")
    assert [mail.mail_id for mail in list_mails(tmp_path)] == [after, before]


@pytest.mark.parametrize("name", ["../secret_key", "..%2f", "", "1" * 20 + "-0000000g", "\0"])
def test_no_address_reaches_a_file_outside_the_mails(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret_key").write_text("hush", encoding="utf-8")
    with pytest.raises(NotFound):
        read_mail(tmp_path, name)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\r\n\r\n", b"Subject: \xff\xfe\r\n\r\n\xff", HOSTILE,
        b"Content-Type: text/html; charset=no-such\r\n\r\n<p>\xe9",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!",
        b"Subject: a\r\nSubject: b\r\nTo: (((\r\nDate: never\r\n\r\nx",
    ],
)
def test_a_broken_mail_is_kept_and_can_be_read(tmp_path: Path, content: bytes) -> None:
    mail_id = _keep(tmp_path, 0, to="a@rijk.example", content=content)
    mail = read_mail(tmp_path, mail_id)
    assert mail.envelope.mail_id == mail_id
    assert "\n" not in mail.envelope.subject
    assert list_mails(tmp_path)[0].size == len(content)


def test_links_are_web_addresses_with_entities_undone(tmp_path: Path) -> None:
    mail = read_mail(tmp_path, _keep(tmp_path, 0, to="a@rijk.example", content=HOSTILE))
    assert links_of(mail) == ["https://site.example/bevestigen/abc?x=1&y=2"]


def test_text_becomes_links_and_nothing_else_becomes_markup() -> None:
    shown = with_links('Zie <b> https://site.example/a?x=1&y="2. Tot\njavascript:alert(1)')
    assert "&lt;b&gt;" in shown
    assert 'href="https://site.example/a?x=1&amp;y="' in shown
    assert shown.count("<a ") == 1


def test_links_of_a_mail_open_in_a_new_tab() -> None:
    shown = opening_in_new_tabs('<head lang="nl"></head>')
    assert shown == '<head lang="nl"><base target="_blank"></head>'
    assert opening_in_new_tabs("<p>kaal").startswith("<base ")


def test_a_hostile_mail_is_locked_in_and_escaped(
    app: Flask, client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsletter.web.inbox.views._folder", lambda: tmp_path)
    mail_id = _keep(tmp_path, 0, to="anna@gemeente.example", content=HOSTILE)

    listed = client.get("/inbox/?to=ANNA").get_data(as_text=True)
    assert "&lt;script&gt;alert(1)" in listed
    assert "<script>alert" not in listed
    for form in ("html", "tekst", "koppen", "anders"):
        page = client.get(f"/inbox/{mail_id}?vorm={form}")
        assert page.status_code == 200
        assert "<script>alert" not in page.get_data(as_text=True)
    alone = client.get(f"/inbox/{mail_id}/html")
    policy = alone.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    source = client.get(f"/inbox/{mail_id}/bron")
    assert source.mimetype == "text/plain"
    assert source.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/inbox/?to=nobody@x.example").status_code == 200
    assert client.get("/inbox/..%2f..%2fsecret_key").status_code == 404
