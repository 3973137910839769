"""The show's eyes: it reads forms as a browser does, and misses nothing that went wrong."""

import socketserver
import threading
from datetime import UTC, datetime
from email import message_from_string, policy
from email.message import EmailMessage

import httpx
import pytest

from newsletter.local.show.browser import NotAsShown, Page, Visitor, wait_for
from newsletter.local.show.desk import Ledger, Written, minute_ahead
from newsletter.local.show.mails import ShownMail
from newsletter.local.show.readers import PEOPLE, Reader, readers_of
from newsletter.local.show.verdict import Shelf, judge

THEMES = {"data": "Data", "smart-city": "Smart city"}
WRITTEN = [
    Written("1", "een-getal", "Een getal", frozenset({"data"})),
    Written("2", "een-straat", "Een straat", frozenset({"smart-city"})),
]
NOOR = Reader("Noor", "noor@gemeente.example", "nl", True, "weekly", ("data",))
PAGE = """
<h1>Een formulier</h1>
<form method="get" action="/zoek"><input name="zoek"></form>
<form method="post" action="/bewaar?x=1">
  <input type="hidden" name="token" value="abc"><input name="name" value="Noor">
  <textarea name="words">Twee
regels</textarea>
  <select name="lang"><option value="nl">nl</option><option value="en" selected>en</option></select>
  <input type="checkbox" name="theme" value="data" checked><input type="checkbox" name="theme"
   value="city"><input type="radio" name="how" value="a"><input type="radio" name="how" value="b">
  <button name="act" value="go">Ga</button><button name="act" value="stop">Stop</button>
</form>
"""


def page_of(source: str) -> Page:
    request = httpx.Request("GET", "http://127.0.0.1/blad")
    return Page(httpx.Response(200, text=source, request=request))


def mail(kind: str, *slugs: str, language: str = "nl", html: bool = True) -> ShownMail:
    lists = {"edition": "List-Id: <edities.x>\n", "digest": "List-Id: <digests.x>\n"}
    links = {"confirmation": "http://x/bevestigen/t\n", "welcome": "http://x/voorkeuren/t\n"}
    text = links.get(kind, "") + "".join(f"http://x/artikelen/{slug}\n" for slug in slugs)
    parts = [f"Content-Type: text/plain\n\n{text}"]
    parts += ["Content-Type: text/html\n\n<p>hallo</p>\n"] if html else []
    body = "".join(f"--cut\n{part}\n" for part in parts)
    message = message_from_string(
        f"Subject: {kind}\nContent-Language: {language}\n{lists.get(kind, '')}"
        f"MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=cut\n\n{body}--cut--\n",
        policy=policy.default,
    )
    assert isinstance(message, EmailMessage)
    return ShownMail(kind, message)


def verdict(*mails: ShownMail, reader: Reader = NOOR) -> tuple[str, tuple[str, ...]]:
    shelf = Shelf(Visitor("http://127.0.0.1:9"), WRITTEN)
    found = judge(reader, mails, shelf=shelf, names=THEMES)
    return found.why, found.faults


USUAL = (mail("confirmation"), mail("welcome"), mail("edition", "een-straat"))


def test_a_form_sends_what_a_browser_would_send() -> None:
    form = page_of(PAGE).form("/bewaar", button="stop")
    assert form.address == "http://127.0.0.1/bewaar?x=1"
    assert form.fields == {
        "token": ["abc"], "name": ["Noor"], "words": ["Twee\nregels"], "lang": ["en"],
        "theme": ["data"], "act": ["stop"],
    }
    assert form.fill(theme=["city"], how="b").fields["theme"] == ["city"]


@pytest.mark.parametrize("wrong", [{"nobody": "x"}, {"how": "c"}, {"theme": ["data", "moon"]}])
def test_what_a_page_does_not_offer_cannot_be_chosen(wrong: dict[str, str]) -> None:
    with pytest.raises(NotAsShown):
        page_of(PAGE).form("/bewaar").fill(**wrong)


def test_a_form_that_is_not_there_is_named() -> None:
    with pytest.raises(NotAsShown, match="Een formulier"):
        page_of(PAGE).form("/anders")


def test_what_never_comes_is_named() -> None:
    with pytest.raises(NotAsShown, match="the mail"):
        wait_for(lambda: None, seconds=0, what="the mail")


def test_a_reader_who_got_what_she_chose_has_no_faults() -> None:
    assert verdict(*USUAL, mail("digest", "een-getal")) == ("1 article in Data", ())


@pytest.mark.parametrize(
    ("mails", "fault"),
    [
        ((), "0 × digest instead of 1"),
        ((mail("digest", "een-getal"), mail("digest", "een-getal")), "2 × digest instead of 1"),
        ((mail("digest", "een-getal", "een-getal"),), "article een-getal twice"),
        ((mail("digest", "een-getal", "een-straat"),), "article een-straat in none of her themes"),
        ((mail("digest", "een-getal", language="en"),), "the digest is not in nl"),
        ((mail("digest", "een-getal", html=False),), "the digest is plain text"),
        ((mail("digest", "een-getal"), mail("edition")), "2 × edition instead of 1"),
    ],
)
def test_what_differs_is_named(mails: tuple[ShownMail, ...], fault: str) -> None:
    assert fault in verdict(*USUAL, *mails)[1]


def test_a_digest_repeats_nothing_that_her_edition_brought() -> None:
    had = (*USUAL[:2], mail("edition", "een-getal"))
    assert verdict(*had) == ("no digest: nothing new in her themes", ())
    assert "article een-getal in an edition of hers too" in verdict(
        *had, mail("digest", "een-getal"))[1]


def test_a_digest_for_who_chose_none_is_a_fault() -> None:
    reader = Reader("Esra", "esra@x.example", "nl", True, "none", ())
    assert verdict(*USUAL, reader=reader) == ("no digest: she chose none", ())
    assert verdict(*USUAL, mail("digest", "een-getal"), reader=reader)[1]


def test_a_ledger_must_say_that_it_closes_and_add_up() -> None:
    def ledger(sent: int, closes: bool) -> Ledger:
        return Ledger("x", "/x", 3, sent, 0, 1, 0, closes=closes, is_finished=True)

    assert ledger(2, True).adds_up
    assert not ledger(2, False).adds_up
    assert not ledger(1, True).adds_up


def test_the_moment_is_a_whole_minute_with_room_before_it() -> None:
    now = datetime(2026, 11, 21, 22, 59, 41, 5, tzinfo=UTC)
    assert minute_ahead(now, seconds=20) == datetime(2026, 11, 21, 23, 1, tzinfo=UTC)
    assert minute_ahead(now, seconds=3) == datetime(2026, 11, 21, 23, 0, tzinfo=UTC)


def test_each_show_has_readers_of_its_own_and_every_cadence() -> None:
    themes = [f"t{number}" for number in range(14)]
    first, second = readers_of(themes), readers_of(themes)
    assert len(first) == len(PEOPLE) == 25
    assert not {one.address for one in first} & {one.address for one in second}
    assert {one.cadence for one in first} == {"weekly", "monthly", "none"}
    assert all(one.address.endswith(".example") for one in first)
    assert all(one.themes or one.cadence == "none" for one in first)


class _AnswersOnce(socketserver.StreamRequestHandler):
    """Promises to keep the connection, and closes it as soon as it is asked again."""

    def handle(self) -> None:
        self._take()
        self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n"
                         b"Content-Length: 5\r\n\r\nEr is")
        self._take()

    def _take(self) -> None:
        while self.rfile.readline().strip():
            pass


def test_a_site_that_closes_a_kept_connection_does_not_end_the_visit() -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _AnswersOnce) as site:
        site.daemon_threads = True
        threading.Thread(target=site.serve_forever, daemon=True).start()
        with Visitor(f"http://127.0.0.1:{site.server_address[1]}") as visitor:
            assert [visitor.open("/").source for _ in range(2)] == ["Er is", "Er is"]
        site.shutdown()
