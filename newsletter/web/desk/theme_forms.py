"""The forms of what may be done to a theme; each gives its values in the domain's words."""

import hashlib
from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, StringField

from newsletter.catalogue.models import Theme
from newsletter.digests.draw_theme import ThemeDraft
from newsletter.digests.theme_queries import state_of_themes
from newsletter.errors import BadInput
from newsletter.web.desk.article_form import ThemeChecks
from newsletter.web.desk.forms import DeskForm

NEW = ("new_1", "new_2", "new_3")
WORDS = {
    "name_nl": _l("Naam"),
    "sentence_nl": _l("Eén zin"),
    "name_en": _l("Naam in het Engels"),
    "sentence_en": _l("Eén zin in het Engels"),
}


class ThemeActForm(DeskForm):
    """Something done to a theme: first its plan is shown, then it is done as planned.

    `planned` is a mark of what was in the form when its plan was shown.
    """

    planned = HiddenField()

    def mark(self) -> str:
        """The same for the same values, as long as no theme was changed meanwhile."""
        values = {name: value for name, value in self.data.items()
                  if name not in ("planned", "csrf_token")}
        words = f"{state_of_themes()}|{sorted(values.items(), key=str)}"
        return hashlib.sha256(words.encode("utf-8", "backslashreplace")).hexdigest()


class MergeForm(ThemeActForm):
    """In which other theme it goes on."""

    into = RadioField(_l("Gaat op in"), id="into", validate_choice=False)

    def offer(self, themes: Iterable[Theme], language: str) -> None:
        """Let the form offer these themes."""
        self.by_slug = {theme.slug: theme for theme in themes}
        self.into.choices = [(slug, theme.name(language))
                             for slug, theme in self.by_slug.items()]

    def chosen(self) -> Theme:
        """The theme that was chosen. Raises BadInput at `into`."""
        found = self.by_slug.get(self.into.data or "")
        if found is None:
            raise BadInput("into", "unknown")
        return found


class RenameForm(ThemeActForm):
    """Other words for the theme."""

    def fill(self, theme: Theme) -> None:
        """Show the words as they stand."""
        for name in WORDS:
            self[name].data = getattr(theme, name)

    def draft(self) -> ThemeDraft:
        """What was typed."""
        return _draft(self, "")


class SplitForm(ThemeActForm):
    """The new themes and the present ones in which it goes on."""

    parts = ThemeChecks(_l("Bestaande thema’s"), id="parts", validate_choice=False)

    def offer(self, themes: Iterable[Theme]) -> None:
        """Let the form offer these themes."""
        self.themes_offered = list(themes)
        self.parts.choices = [(theme.slug, theme.slug) for theme in self.themes_offered]

    def drafts(self) -> list[ThemeDraft]:
        """The new themes in which anything was typed."""
        return [_draft(self, f"{name}_") for name in self._filled()]

    def field_of(self, fault: BadInput) -> str:
        """The name of the field at which a fault in the words of a new theme belongs."""
        _new, place, field = fault.field.split("_", 2)
        return f"{self._filled()[int(place) - 1]}_{field}"

    def chosen(self) -> list[Theme]:
        """The present themes that were chosen. Raises BadInput at `parts`."""
        wanted = set(self.parts.data or ())
        found = [theme for theme in self.themes_offered if theme.slug in wanted]
        if len(found) != len(wanted):
            raise BadInput("parts", "unknown")
        return found

    def _filled(self) -> list[str]:
        return [name for name in NEW
                if any((self[f"{name}_{field}"].data or "").strip() for field in WORDS)]


# The same four fields for each theme that is given words.
for _prefix, _form in (("", RenameForm), *((f"{_name}_", SplitForm) for _name in NEW)):
    for _field, _label in WORDS.items():
        setattr(_form, f"{_prefix}{_field}", StringField(_label))


class RetireForm(ThemeActForm):
    """Nothing to fill in."""


def _draft(form: ThemeActForm, prefix: str) -> ThemeDraft:
    return ThemeDraft(**{name: form[f"{prefix}{name}"].data or "" for name in WORDS})
