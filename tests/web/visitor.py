"""A visitor of the pages: finds forms as a browser does and posts what they hold."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser as HTMLParser
from selectolax.lexbor import LexborNode as Node
from werkzeug.test import TestResponse


@dataclass
class Form:
    """A form of a page: where it posts to, and what it would send if nothing were touched."""

    action: str
    fields: dict[str, list[str]]

    def filled(self, **values: str | list[str]) -> dict[str, list[str]]:
        """What is sent after filling in `values`; a value of a list is a group of checkboxes."""
        changed = {k: v if isinstance(v, list) else [v] for k, v in values.items()}
        return {**self.fields, **changed}


def page(response: TestResponse) -> HTMLParser:
    """The page of an answer."""
    return HTMLParser(response.get_data(as_text=True))


def form_of(response: TestResponse, *, action: str) -> Form:
    """The form that posts to an address beginning with `action`."""
    found = next(
        form for form in page(response).css("form")
        if str(form.attributes.get("action")).startswith(action)
    )
    return Form(str(found.attributes["action"]), _untouched(found))


def heading(response: TestResponse) -> str:
    """The words of the page's one h1."""
    (only,) = page(response).css("h1")
    return only.text().strip()


def faults(response: TestResponse) -> dict[str, str]:
    """The fault shown at each field, by the field's id."""
    return {
        str(fault.attributes["id"]).removesuffix("-fault"): fault.text().strip()
        for fault in page(response).css("p.fault")
    }


def post(client: FlaskClient, form: Form, **values: str | list[str]) -> TestResponse:
    """Press the form's button."""
    return client.post(form.action, data=form.filled(**values))


def links(response: TestResponse) -> list[str]:
    """The paths, with query, of every link to our own pages."""
    found = []
    for link in page(response).css("a[href]"):
        parts = urlsplit(str(link.attributes["href"]))
        if not parts.scheme and parts.path:
            found.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return found


def _untouched(form: Node) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for field in form.css("input[name], select[name]"):
        name = str(field.attributes["name"])
        if field.tag == "select":
            chosen = field.css_first("option[selected]") or field.css_first("option")
            fields.setdefault(name, []).append(str(chosen.attributes["value"]))
        elif field.attributes.get("type") not in ("checkbox", "radio") or (
            "checked" in field.attributes
        ):
            fields.setdefault(name, []).append(str(field.attributes.get("value") or ""))
    return fields
