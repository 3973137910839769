"""The readers of the show: who they are, what they choose, and how they go about it."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from newsletter.local.show.browser import NotAsShown, Page, Visitor
from newsletter.local.show.mails import Inbox

# Name, organisation, language of the pages, editions, cadence, and how many themes from where in
# the list of themes: believable, and each combination at least once.
PEOPLE = (
    ("Amina Bakker", "gemeente-kampen", "nl", True, "weekly", (0, 3)),
    ("Bram de Groot", "provincie-noord", "nl", True, "weekly", (2, 2)),
    ("Carla Visser", "waterschap-oost", "nl", False, "weekly", (4, 1)),
    ("Daan Mulder", "gemeente-zuid", "nl", True, "monthly", (1, 4)),
    ("Esra Yilmaz", "ministerie-a", "nl", True, "none", (0, 0)),
    ("Fenna Postma", "gemeente-kampen", "nl", True, "weekly", (6, 2)),
    ("Gijs van Dam", "uitvoering-b", "nl", False, "weekly", (3, 5)),
    ("Hanna Smit", "gemeente-west", "nl", True, "none", (0, 0)),
    ("Ivo Jansen", "provincie-noord", "nl", True, "weekly", (8, 2)),
    ("Jolanda Kok", "gemeente-zuid", "nl", False, "monthly", (5, 2)),
    ("Kevin Brown", "embassy-desk", "en", True, "weekly", (0, 2)),
    ("Lotte Peters", "waterschap-oost", "nl", True, "weekly", (10, 3)),
    ("Mehmet Kaya", "gemeente-west", "nl", True, "weekly", (1, 1)),
    ("Nadia el Amrani", "ministerie-a", "nl", True, "monthly", (7, 3)),
    ("Olivia Clarke", "embassy-desk", "en", False, "weekly", (2, 4)),
    ("Pieter Hoekstra", "gemeente-kampen", "nl", True, "weekly", (11, 1)),
    ("Quinten Vos", "uitvoering-b", "nl", True, "none", (0, 0)),
    ("Roos Dekker", "gemeente-zuid", "nl", True, "weekly", (0, 12)),
    ("Sanne Willems", "provincie-noord", "nl", False, "weekly", (9, 2)),
    ("Tom Meijer", "waterschap-oost", "nl", True, "monthly", (0, 1)),
    ("Umar Hassan", "gemeente-west", "en", True, "none", (0, 0)),
    ("Vera Brouwer", "ministerie-a", "nl", True, "weekly", (5, 3)),
    ("Wim van Leeuwen", "gemeente-kampen", "nl", True, "weekly", (12, 1)),
    ("Xandra Koning", "uitvoering-b", "nl", False, "weekly", (1, 2)),
    ("Yusuf Demir", "gemeente-zuid", "nl", True, "weekly", (7, 2)),
)


@dataclass(frozen=True)
class Thought:
    """What a reader wants otherwise; None is as it was."""

    editions: bool | None = None
    cadence: str | None = None
    picked: tuple[int, int] | None = None
    plain: bool = False


# What some of them change through the link in the welcome mail, by their place in the list.
SECOND_THOUGHTS = {
    2: Thought(editions=True),
    3: Thought(cadence="weekly"),
    7: Thought(cadence="weekly", picked=(1, 2)),
    12: Thought(plain=True),
    14: Thought(plain=True),
    20: Thought(cadence="weekly", picked=(0, 2)),
    23: Thought(picked=(6, 3)),
}
LEAVER = 6  # gets digests alone, and leaves with one click on the first


@dataclass(frozen=True)
class Reader:
    """A reader of the show with what she last chose; `themes` are slugs."""

    name: str
    address: str
    language: str
    editions: bool
    cadence: str
    themes: tuple[str, ...]
    plain: bool = False


def themes_on(page: Page) -> dict[str, str]:
    """The themes that a sign-up page offers: names by slug, in order. Raises NotAsShown."""
    found = {}
    for box in page.tree.css("input[name=themes]"):
        label = page.tree.css_first(f"label[for={box.attributes['id']}]")
        found[str(box.attributes["value"])] = label.text().strip() if label else ""
    if not found:
        raise NotAsShown(f"{page.address} offers no themes")
    return found


def readers_of(themes: Sequence[str]) -> list[Reader]:
    """The readers of one show, each with an address that no show had before."""
    run = secrets.token_hex(2)
    return [
        Reader(name, f"{_mailbox(name)}.{run}@{organisation}.example", language, editions,
               cadence, _some(themes, picked))
        for name, organisation, language, editions, cadence, picked in PEOPLE
    ]


def sign_up(visitor: Visitor, reader: Reader) -> None:
    """Fill in the whole form and send it. Raises NotAsShown."""
    page = visitor.open("/aanmelden" + ("?taal=en" if reader.language == "en" else ""))
    form = page.form("/aanmelden").fill(
        address=reader.address, themes=reader.themes, cadence=reader.cadence,
        editions=["y"] if reader.editions else [],
    )
    answer = visitor.press(form)
    if not urlsplit(answer.address).path.endswith("/gelukt"):
        raise NotAsShown(f"the sign-up of {reader.address} ended at {answer.address}")


def confirm(visitor: Visitor, inbox: Inbox, reader: Reader) -> None:
    """Open the link in the mail and press the button. Raises NotAsShown."""
    page = visitor.open(inbox.wait_for(reader.address, "confirmation").link("/bevestigen/"))
    token = urlsplit(page.address).path
    answer = visitor.press(page.form(token))
    if not answer.links("/voorkeuren/"):
        raise NotAsShown(f"{reader.address} is not confirmed: {answer.heading}")


def change(
    visitor: Visitor, inbox: Inbox, reader: Reader, thought: Thought, *, themes: Sequence[str]
) -> Reader:
    """Open the link in the welcome mail, choose otherwise and keep it; the reader as she is then.

    Raises NotAsShown.
    """
    changed = replace(
        reader,
        editions=reader.editions if thought.editions is None else thought.editions,
        cadence=thought.cadence or reader.cadence,
        themes=_some(themes, thought.picked) if thought.picked else reader.themes,
        plain=thought.plain,
    )
    page = visitor.open(inbox.wait_for(reader.address, "welcome").link("/voorkeuren/"))
    form = page.form(urlsplit(page.address).path)
    answer = visitor.press(form.fill(
        themes=changed.themes, cadence=changed.cadence,
        editions=["y"] if changed.editions else [], plain=["y"] if changed.plain else [],
    ))
    if not answer.texts(".notice.done"):
        raise NotAsShown(f"the choices of {reader.address} are not kept: {answer.heading}")
    return changed


def _some(themes: Sequence[str], picked: tuple[int, int]) -> tuple[str, ...]:
    first, count = picked
    return tuple(themes[(first + step) % len(themes)] for step in range(count))


def _mailbox(name: str) -> str:
    return ".".join(name.lower().split())
