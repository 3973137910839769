"""Partners in the database: what the table takes, and who is found."""

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.partners.models import Partner
from newsletter.partners.queries import find_partner, partners
from tests.material import NOW


def _partner(**values: object) -> Partner:
    facts = {"slug": "een-twee", "name": "Een Twee", "site": "https://www.een.example",
             "sentence_nl": "Doet iets.", "sentence_en": "Does something."}
    return Partner(**{**facts, **values})


def test_who_stopped_is_neither_found_nor_listed_but_keeps_its_row(session: Session) -> None:
    made = _partner()
    session.add(made)
    session.flush()
    assert find_partner("een-twee") is made
    assert partners()[-1] is made
    made.retired_at = NOW
    session.flush()
    assert find_partner("een-twee") is None
    assert made not in partners()
    assert session.get(Partner, made.id) is made


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("slug", "Een"), ("slug", "een--twee"), ("slug", "een/twee"), ("slug", ""),
        ("slug", "vdp"),
        ("name", ""), ("name", " Een"), ("name", "x" * 201),
        ("site", "http://een.example"), ("site", "https://een.example/pad"),
        ("site", "https://a@een.example"), ("site", "javascript:alert(1)"),
        ("site", "https://een.example\n"), ("site", "https://een"),
    ],
)
def test_the_table_refuses_what_is_no_partner(
    session: Session, field: str, value: str
) -> None:
    session.add(_partner(**{field: value}))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_partner_says_who_it_is_in_both_languages() -> None:
    made = _partner()
    assert (made.sentence("nl"), made.sentence("en")) == ("Doet iets.", "Does something.")
