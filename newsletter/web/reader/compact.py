"""The compact form, as any page may show it: one address, and the consent text beside it."""

from typing import Any

from newsletter.subscribers.models import Language
from newsletter.subscribers.wordings import current_wording
from newsletter.web.languages import current_language
from newsletter.web.reader.forms import ShortSignup


def compact_form(source_page: str) -> dict[str, Any]:
    """`form` and `wording` for `pages/_parts/signup.html`, bound to the page that shows them.

    The ledger will name that page as the source of the consent (P01).
    """
    wording = current_wording(Language(current_language()))
    form = ShortSignup(bound_to=source_page)
    form.wording.data = wording.id
    return {"form": form, "wording": wording.text}
