"""What differs between two drafts of an article, field by field, in words."""

from collections.abc import Mapping
from typing import NamedTuple

from newsletter.articles.drafts import Draft
from newsletter.catalogue.queries import themes_by_id
from newsletter.partners.queries import partners
from newsletter.web.desk.differences import Piece, differences
from newsletter.web.desk.forms import KINDS, LANGUAGES
from newsletter.web.desk.said import _
from newsletter.web.languages import current_language


class Change(NamedTuple):
    """A field that is not the same in two drafts."""

    words: str
    pieces: list[Piece]


def changes(before: Draft, after: Draft) -> list[Change]:
    """Each field that differs, with its differences, in the order of the form."""
    names = _names(before, after)
    old, new = _said(before, names), _said(after, names)
    return [Change(words, differences(old[words], new[words]))
            for words in old if old[words] != new[words]]


def _said(draft: Draft, names: Mapping[str, Mapping[int, str]]) -> dict[str, str]:
    return {
        _("Titel"): draft.title,
        _("Soort"): str(dict(KINDS).get(draft.kind, draft.kind)),
        _("Gesprek met"): draft.subject,
        _("Auteurs"): "\n".join(draft.authors),
        _("Samenvatting"): draft.summary,
        _("Thema’s"): "\n".join(names["themes"].get(one, str(one)) for one in draft.theme_ids),
        _("Tekst"): draft.body_md,
        _("Pagina"): str(draft.page or ""),
        _("Taal van het stuk"): dict(LANGUAGES).get(draft.language, draft.language),
        _("Adres waar het eerst stond"): draft.canonical_url,
        _("Beeld"): _("beeld nummer %(number)s", number=draft.image_id) if draft.image_id else "",
        _("Wat erop te zien is"): draft.image_alt,
        _("Aangedragen door"): names["partners"].get(draft.partner_id or 0, ""),
    }


def _names(*drafts: Draft) -> dict[str, dict[int, str]]:
    language = current_language()
    themes = themes_by_id({one for draft in drafts for one in draft.theme_ids})
    return {
        "themes": {theme.id: theme.name(language) for theme in themes},
        "partners": {one.id: one.name for one in partners()},
    }
