"""What the editor of the show does at the desk: write, release, compose and set the moments."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, unquote, urlsplit

from newsletter import clock
from newsletter.local.show.browser import NotAsShown, Visitor
from newsletter.local.show.codes import seconds_left, typed_code
from newsletter.local.show.material import (
    EDITION_PREHEADER,
    EDITION_SUBJECT,
    EDITION_TITLE,
    EDITORIAL,
    Piece,
)

MOST_YEARS = 3  # how far ahead she looks for an edition that is still open


@dataclass(frozen=True)
class Written:
    """An article in the store: its number at the desk, its name on the site, its themes."""

    article_id: str
    slug: str
    title: str
    themes: frozenset[str]


@dataclass(frozen=True)
class Ledger:
    """A mailing's closing sum, as its page at the desk shows it."""

    name: str
    address: str
    recipients: int
    sent: int
    failed: int
    skipped: int
    open: int
    closes: bool  # what the page says
    is_finished: bool

    @property
    def adds_up(self) -> bool:
        """Whether the page says that it closes, and the figures do."""
        parts = self.sent + self.failed + self.skipped + self.open
        return self.closes and self.recipients == parts


def log_in(editor: Visitor, *, email: str, password: str, totp_key: str) -> None:
    """Through the login page and its second step. Raises NotAsShown when she is not let in."""
    page = editor.open("/redactie/")
    page = editor.press(page.form("/inloggen").fill(email=email, password=password))
    try:
        answer = editor.press(page.form("/inloggen/code").fill(code=typed_code(totp_key)))
    except NotAsShown:
        # Somebody used this code already: it works once, so the next one is waited for.
        time.sleep(seconds_left() + 1)
        answer = editor.press(page.form("/inloggen/code").fill(code=typed_code(totp_key)))
    if not answer.links("/redactie/artikelen"):
        raise NotAsShown(f"the desk did not let {email} in: {answer.heading}")


def add_and_release(editor: Visitor, piece: Piece) -> Written:
    """Write an article on its page, and release it now. Raises NotAsShown."""
    title = _fresh_title(editor, piece.title)
    form = editor.open("/redactie/artikelen/nieuw").form("/artikelen/nieuw")
    page = editor.press(form.fill(
        kind=piece.kind, title=title, subject=piece.subject, summary=piece.summary,
        authors="\n".join(piece.authors.split(", ")), theme_ids=piece.themes, body_md=piece.body,
    ))
    path = urlsplit(page.address).path
    released = editor.press(page.form(f"{path}/vrijgeven").fill(when="now"))
    shown = released.links("/artikelen/")
    if not shown:
        raise NotAsShown(f"“{title}” is not released: {released.heading}")
    slug = urlsplit(shown[0]).path.rpartition("/")[2]
    return Written(path.rpartition("/")[2], slug, title, frozenset(piece.themes))


def open_edition(editor: Visitor) -> str:
    """The key of the first edition that is planned and empty, such as `20-8`.

    Plans a next year when none is left. Raises NotAsShown.
    """
    year = clock.local(clock.now()).year
    for ahead in range(MOST_YEARS):
        for row in editor.open("/redactie/edities").tree.css("section[aria-labelledby=coming] tr"):
            link, articles = row.css_first("a[href]"), row.css_first("td.number")
            is_planned = row.css_first(".state.wait") is not None
            if link and articles and is_planned and articles.text().strip() == "0":
                return urlsplit(str(link.attributes["href"])).path.rpartition("/")[2]
        plan = editor.open(f"/redactie/jaarplan/{year + ahead}")
        if plan.tree.css_first("form[action*=voorstel]") is not None:
            editor.press(plan.form("/voorstel"))
    raise NotAsShown("the year plan has no edition left to fill")


def fill_edition(editor: Visitor, key: str, articles: Sequence[Written]) -> None:
    """Write its texts and put the articles in it, in this order. Raises NotAsShown."""
    page = editor.open(f"/redactie/edities/{key}")
    editor.press(page.form(f"/edities/{key}").fill(
        title=EDITION_TITLE, subject=EDITION_SUBJECT, preheader=EDITION_PREHEADER,
        editorial_md=EDITORIAL,
    ))
    store = editor.open(f"/redactie/edities/{key}/artikelen")
    form = store.form(f"/edities/{key}/artikelen")
    page = editor.press(form.fill(article=[one.article_id for one in articles]))
    lacking = page.texts(".checks .wrong")
    if lacking:
        raise NotAsShown(f"edition {key} cannot leave yet: {'; '.join(lacking)}")


def ask_approval(editor: Visitor, key: str, moment: datetime) -> None:
    """Date the edition for a whole minute, of which its mail names the month, and freeze that mail
    for a second person. Raises NotAsShown.
    """
    typed, form = _typed(moment), editor.open(f"/redactie/edities/{key}/data").form("/data")
    editor.press(form.fill(**{
        f"{name}_{part}": typed[given] for name in ("send_at", "copy_deadline_at",
                                                    "approval_deadline_at")
        for part, given in (("day", "day"), ("time", "at"))
    }))
    page = editor.open(f"/redactie/edities/{key}")
    editor.press(page.form("/goedkeuring/vraag"))


def approve(second: Visitor, key: str) -> str:
    """Give the approval as another than who asked; the hash of the mail. Raises NotAsShown."""
    page = second.open(f"/redactie/edities/{key}/goedkeuring")
    page = second.press(page.form("/goedkeuring/akkoord"))
    if page.tree.css_first("section[aria-labelledby=stand] .state.done") is None:
        raise NotAsShown(f"edition {key} was not approved: {page.heading}")
    return page.texts("section[aria-labelledby=stand] details p code")[0]


def set_edition(editor: Visitor, key: str, moment: datetime) -> None:
    """Let the edition leave by itself at a whole minute. Raises NotAsShown."""
    page = editor.open(f"/redactie/edities/{key}")
    editor.press(page.form("/verzendmoment").fill(**_typed(moment)))


def add_slot(editor: Visitor, moment: datetime) -> None:
    """One more digest for the weekly readers, at a whole minute. Raises NotAsShown."""
    page = editor.open("/redactie/digests")
    editor.press(page.form("/redactie/digests").fill(cadence="weekly", **_typed(moment)))


def minute_ahead(now: datetime, *, seconds: int) -> datetime:
    """The first whole minute that is at least `seconds` away."""
    later = now + timedelta(seconds=seconds)
    return later.replace(second=0, microsecond=0) + timedelta(minutes=1)


def find_edition_mailing(editor: Visitor, key: str) -> Ledger | None:
    """The ledger of an edition's mailing, once the edition has left."""
    return _ledger(editor, f"/redactie/verzendingen/edition:{key}")


def find_digest_mailing(editor: Visitor, moment: datetime) -> Ledger | None:
    """The ledger of the weekly digest of a moment, once it has left."""
    for row in editor.open("/redactie/digests").tree.css("section[aria-labelledby=past] tr"):
        when, link = row.css_first("time"), row.css_first("a[href]")
        if when is None or link is None:
            continue
        address = str(link.attributes["href"])
        same_moment = datetime.fromisoformat(str(when.attributes["datetime"])) == moment
        if same_moment and "weekly" in address:
            return _ledger(editor, address)
    return None


def _ledger(editor: Visitor, path: str) -> Ledger | None:
    """The mailing's page, when the list of mailings leads to it."""
    shelf = editor.open("/redactie/verzendingen").links("/redactie/verzendingen/")
    if unquote(path) not in {unquote(urlsplit(link).path) for link in shelf}:
        return None
    page = editor.open(path)
    table = "section[aria-labelledby=ledger]"
    figures = [
        int(re.sub(r"\D", "", cell.text()))
        for cell in page.tree.css(f"{table} tr:not(.part) td.number")
    ]
    sent, failed, skipped, still_open, recipients = figures
    return Ledger(
        page.heading, page.address, recipients, sent, failed, skipped, still_open,
        closes=page.tree.css_first(f"{table} .state.done") is not None,
        is_finished=page.tree.css_first("p.sum .state.done") is not None,
    )


def _fresh_title(editor: Visitor, title: str) -> str:
    """The title, with the number of its part when the store has the earlier ones."""
    shelf = editor.open(f"/redactie/artikelen?zoek={quote(title)}")
    earlier = sum(one.startswith(title) for one in shelf.texts("th[scope=row] a"))
    return f"{title} (deel {earlier + 1})" if earlier else title


def _typed(moment: datetime) -> dict[str, str]:
    local = clock.local(moment)
    return {"day": f"{local.day}-{local.month}-{local.year}", "at": f"{local:%H.%M}"}
