"""The form of an article: everything about it that a person writes."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from newsletter.articles.drafts import Draft
from newsletter.articles.from_html import is_html, to_markdown
from newsletter.catalogue.models import Theme
from newsletter.partners.models import Partner
from newsletter.web.desk.forms import KINDS, LANGUAGES, DeskForm
from newsletter.web.desk.said import _


class ThemeChecks(SelectMultipleField):  # type: ignore[misc]
    """Checkboxes, one for each theme, by its slug."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class ArticleForm(DeskForm):
    """Everything about an article that a person writes."""

    kind = SelectField(_l("Soort"), choices=KINDS, validate_choice=False)
    title = StringField(_l("Titel"))
    subject = StringField(_l("Gesprek met"))
    authors = TextAreaField(_l("Auteurs"))
    summary = TextAreaField(_l("Samenvatting"))
    theme_ids = ThemeChecks(_l("Thema’s"), id="theme_ids", validate_choice=False)
    page = StringField(_l("Pagina"))
    language = SelectField(_l("Taal van het stuk"), choices=LANGUAGES, validate_choice=False)
    body_md = TextAreaField(_l("Tekst"))
    canonical_url = StringField(_l("Adres waar het eerst stond"))
    partner = SelectField(_l("Aangedragen door"), validate_choice=False)
    revision = HiddenField()

    def offer(
        self, themes: Iterable[Theme], partners: Iterable[Partner], *, own: int | None = None
    ) -> None:
        """Let the form offer these; a partner that stopped stays where it is the article's own."""
        self.partners_offered = list(partners)
        self.own_partner_id = None if own in {one.id for one in self.partners_offered} else own
        self.partner.choices = [("", _("Onze eigen redactie")),
                                *((one.slug, one.name) for one in self.partners_offered)]
        self.themes_offered = list(themes)
        self.theme_ids.choices = [(theme.slug, theme.slug) for theme in self.themes_offered]

    def fill(self, draft: Draft, *, revision: int) -> None:
        """Show what is written, on that version of the article."""
        self.kind.data = draft.kind
        self.title.data = draft.title
        self.subject.data = draft.subject
        self.authors.data = "\n".join(draft.authors)
        self.summary.data = draft.summary
        self.theme_ids.data = [one.slug for one in self.themes_offered
                               if one.id in draft.theme_ids]
        self.page.data = str(draft.page or "")
        self.language.data = draft.language
        self.body_md.data = draft.body_md
        self.canonical_url.data = draft.canonical_url
        self.partner.data = next(
            (one.slug for one in self.partners_offered if one.id == draft.partner_id), "")
        self.revision.data = str(revision)

    def unreadable(self) -> dict[str, str]:
        """For each field that cannot even be read, why."""
        found = {}
        page = (self.page.data or "").strip()
        if page and not (page.isascii() and page.isdigit() and len(page) < 7):
            found["page"] = "no_number"
        if not set(self.theme_ids.data or ()) <= {theme.slug for theme in self.themes_offered}:
            found["theme_ids"] = "unknown"
        if (self.partner.data or "") not in {"", *(one.slug for one in self.partners_offered)}:
            found["partner"] = "unknown"
        return found

    def draft(self) -> Draft:
        """What was typed, without what cannot be read."""
        page = "" if "page" in self.unreadable() else (self.page.data or "").strip()
        by_slug = {theme.slug: theme.id for theme in self.themes_offered}
        partner_ids = {one.slug: one.id for one in self.partners_offered}
        chosen = [slug for slug in self.theme_ids.data or () if slug in by_slug]
        return Draft(
            kind=self.kind.data or "",
            title=self.title.data or "",
            subject=self.subject.data or "",
            authors=tuple((self.authors.data or "").splitlines()),
            summary=self.summary.data or "",
            theme_ids=tuple(by_slug[slug] for slug in chosen),
            page=int(page) if page else None,
            language=self.language.data or "",
            body_md=self._body(),
            canonical_url=self.canonical_url.data or "",
            partner_id=partner_ids.get(self.partner.data or "", self.own_partner_id),
        )

    def _body(self) -> str:
        """The text; what was pasted from a word processor as HTML becomes Markdown."""
        typed = self.body_md.data or ""
        return to_markdown(typed) if is_html(typed) else typed
