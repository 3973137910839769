"""A visitor without a screen: reads pages, follows links, fills in forms and presses buttons."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Self, TypeVar
from urllib.parse import urljoin, urlsplit

import httpx
from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsletter.errors import NewsletterError
from newsletter.local.show.work import work

Found = TypeVar("Found")
Value = str | Sequence[str]
LOOK_SECONDS = 0.25
# A connection for each request: a kept one may be closed by the site in the very moment of the
# next request (RFC 9112 §9.5), which a browser would ask again and this visitor would not.
UNKEPT = httpx.Limits(max_keepalive_connections=0)


class NotAsShown(NewsletterError):
    """A page is not what a person would need to go on; the text says where and what."""


@dataclass
class Form:
    """A form as it stands on a page, with what it would send if nothing were touched."""

    address: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    offered: dict[str, list[str]] = field(default_factory=dict)  # boxes and radios by name
    works: dict[str, str] = field(default_factory=dict)  # where a field's work is given, by name

    def fill(self, **values: Value) -> Self:
        """Fill in fields; of boxes and radios the value or values to choose.

        Raises NotAsShown when the form has no such field, or does not offer the value.
        """
        for name, value in values.items():
            chosen = [value] if isinstance(value, str) else list(value)
            if name not in self.fields and name not in self.offered:
                raise NotAsShown(f"{self.address} has no field {name}")
            unknown = set(chosen) - set(self.offered.get(name, chosen))
            if unknown:
                raise NotAsShown(f"{self.address} does not offer {sorted(unknown)} as {name}")
            self.fields[name] = chosen
        return self


class Page:
    """One answer of the site, as a visitor sees it."""

    def __init__(self, response: httpx.Response) -> None:
        self.address = str(response.url)
        self.status = response.status_code
        self.source = response.text
        self.tree = LexborHTMLParser(response.text)

    @property
    def heading(self) -> str:
        """The words of the first h1; empty when there is none."""
        found = self.tree.css_first("h1")
        return _words(found) if found else ""

    def texts(self, selector: str) -> list[str]:
        """The words of everything that the selector finds."""
        return [_words(node) for node in self.tree.css(selector)]

    def links(self, path: str) -> list[str]:
        """The addresses of all links whose path begins with `path`, in order, each once."""
        found = [
            urljoin(self.address, str(node.attributes.get("href") or ""))
            for node in self.tree.css("a[href]")
        ]
        return list(dict.fromkeys(one for one in found if urlsplit(one).path.startswith(path)))

    def form(self, path: str, *, button: str = "") -> Form:
        """The form that posts to an address whose path ends in `path`.

        `button` is the value of the button to press, where the form has more than one. Raises
        NotAsShown when the page has no such form.
        """
        for node in self.tree.css("form[method=post]"):
            address = urljoin(self.address, str(node.attributes.get("action") or ""))
            if urlsplit(address).path.endswith(path):
                return _form(node, address, button=button)
        raise NotAsShown(f"{self.address} ({self.status}, “{self.heading}”) has no form for {path}")


class Visitor:
    """Somebody with a browser of her own: her cookies, and one address after the other."""

    def __init__(self, site: str) -> None:
        self.site = site
        self._client = httpx.Client(
            base_url=site, follow_redirects=True, timeout=30, trust_env=False, limits=UNKEPT
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def open(self, address: str) -> Page:
        """The page at an address. Raises NotAsShown when it is not there."""
        return self._seen(self._client.get(address))

    def press(self, form: Form) -> Page:
        """Send a form as a browser does, work and all; the page that comes of it.

        Raises NotAsShown.
        """
        for name, given_at in form.works.items():
            form.fields[name] = [work(self._client.get(given_at).json())]
        parts = urlsplit(form.address)
        origin = f"{parts.scheme}://{parts.netloc}"
        return self._seen(
            self._client.post(form.address, data=form.fields, headers={"Origin": origin})
        )

    def one_click(self, address: str) -> int:
        """What a mail program posts when its reader presses "unsubscribe" (RFC 8058 §3.1).

        No cookie and no redirect; the status of the answer.
        """
        with httpx.Client(timeout=30, trust_env=False) as program:
            return program.post(address, data={"List-Unsubscribe": "One-Click"}).status_code

    def _seen(self, response: httpx.Response) -> Page:
        page = Page(response)
        if response.status_code >= httpx.codes.BAD_REQUEST:
            faults = "; ".join(page.texts(".fault, .notice.wrong")) or page.heading
            raise NotAsShown(
                f"{response.request.method} {response.url} answered {response.status_code}: "
                f"{faults}"
            )
        return page


def wait_for(
    look: Callable[[], Found | None], *, seconds: float, what: str,
    meanwhile: Callable[[], None] = lambda: None,
) -> Found:
    """Look again and again until there is something. Raises NotAsShown when it never comes."""
    until = time.monotonic() + seconds
    while True:
        found = look()
        if found is not None:
            return found
        if time.monotonic() > until:
            raise NotAsShown(f"{what} did not come within {seconds:.0f} seconds")
        meanwhile()
        time.sleep(LOOK_SECONDS)


def _form(node: LexborNode, address: str, *, button: str) -> Form:
    form = Form(address)
    for one in node.css("input[name], select[name], textarea[name], button[name]"):
        name = str(one.attributes["name"])
        value = str(one.attributes.get("value") or "")
        kind = one.attributes.get("type") or ""
        if one.tag == "button":
            if value == button:
                form.fields[name] = [value]
        elif one.tag == "select":
            chosen = one.css_first("option[selected]") or one.css_first("option")
            form.fields[name] = [str(chosen.attributes.get("value") or "")] if chosen else []
        elif one.tag == "textarea":
            form.fields[name] = [one.text()]
        elif kind in ("checkbox", "radio"):
            form.offered.setdefault(name, []).append(value or "on")
            if "checked" in one.attributes:
                form.fields.setdefault(name, []).append(value or "on")
        else:
            form.fields[name] = [value]
            if "data-challenge" in one.attributes:
                form.works[name] = urljoin(address, str(one.attributes["data-challenge"]))
    return form


def _words(node: LexborNode) -> str:
    return " ".join(node.text().split())
