"""Articles to test with."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.articles.drafts import Draft
from newsletter.catalogue.models import Theme


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


@pytest.fixture
def make_theme(session: Session) -> Callable[[str], Theme]:
    def make(slug: str) -> Theme:
        position = session.scalar(select(func.coalesce(func.max(Theme.position), 0))) or 0
        theme = Theme(
            slug=slug, name_nl=slug, name_en=slug, sentence_nl=".", sentence_en=".",
            sign="data", position=position + 1,
        )
        session.add(theme)
        session.flush()
        return theme

    return make


@pytest.fixture
def theme(make_theme: Callable[[str], Theme]) -> Theme:
    return make_theme("proefthema")


@pytest.fixture
def draft(theme: Theme) -> Draft:
    return Draft(
        kind="interview",
        title="Een loket dat meedenkt",
        authors=("Noor de Wit",),
        summary="Waarom een balie soms meer doet dan een formulier.",
        theme_ids=(theme.id,),
    )
