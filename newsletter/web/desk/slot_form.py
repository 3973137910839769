"""The form of one digest slot: hold it, a line on top, and a choice for each of its articles."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape
from wtforms import BooleanField, HiddenField, RadioField, TextAreaField

from newsletter.articles.models import Article
from newsletter.digests.models import DigestSlot, Treatment
from newsletter.digests.prepare import Prepared
from newsletter.errors import BadInput
from newsletter.web.desk.forms import DeskForm

NORMAL = "normal"
CHOICES = (
    (NORMAL, _l("Gewoon")),
    (Treatment.PINNED.value, _l("Vooraan")),
    (Treatment.LEFT_OUT.value, _l("Niet in deze mail")),
)


class SlotPageForm(DeskForm):
    """What an editor prepares of a slot; its articles are fields that `form_for` adds."""

    articles: ClassVar[Mapping[int, Article]] = {}
    is_held = BooleanField(_l("Houd vast tot ik vrijgeef"))
    line = TextAreaField(_l("Regel boven aan de mail"))
    revision = HiddenField()

    def fill(self, slot: DigestSlot, treated: Mapping[int, Treatment]) -> None:
        """Show the slot as it stands."""
        self.is_held.data = slot.is_held
        self.line.data = slot.editorial_line
        self.revision.data = str(slot.revision)
        for article_id, field in self.of_articles():
            field.data = treated.get(article_id, NORMAL)

    def of_articles(self) -> Iterator[tuple[int, RadioField]]:
        """The field of each article, in the order of the page."""
        for field in self:
            if field.short_name.startswith("article_"):
                yield int(field.short_name.removeprefix("article_")), field

    def prepared(self) -> Prepared:
        """What was typed and chosen. Raises BadInput at the article whose choice is no choice."""
        treated = {}
        for article_id, field in self.of_articles():
            if field.data not in (None, NORMAL):
                if field.data not in set(Treatment):
                    raise BadInput(field.short_name, "unknown")
                treated[article_id] = Treatment(field.data)
        return Prepared(is_held=bool(self.is_held.data), line=self.line.data or "",
                        treated=treated)

    def first_pinned(self) -> str | None:
        """The name of the first field that pins, where a fault about all of them is told."""
        return next((field.short_name for _id, field in self.of_articles()
                     if field.data == Treatment.PINNED), None)


def form_for(articles: Iterable[Article], *, language: str) -> type[SlotPageForm]:
    """The form with a choice for each of these articles, on a page in that language."""
    found = {article.id: article for article in articles}
    fields: dict[str, Any] = {
        f"article_{article.id}": RadioField(_title(article, language), choices=CHOICES,
                                            validate_choice=False)
        for article in found.values()
    }
    return type("SlotPageForm", (SlotPageForm,), {"articles": found, **fields})


def _title(article: Article, language: str) -> Markup:
    if article.language == language:
        return escape(article.title)
    return Markup('<span lang="{}">{}</span>').format(article.language, article.title)
