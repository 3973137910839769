"""Two editors who save in the same instant: one is kept, the other is told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from newsletter.editions.compose import Texts, compose
from newsletter.editions.queries import get_edition
from newsletter.errors import BadInput
from newsletter.extensions import db
from newsletter.transaction import transaction
from tests import material


def test_of_saves_in_the_same_instant_exactly_one_is_kept(committed: Flask) -> None:
    revision = get_edition("21-4").revision
    by = material.person().id
    db.session.commit()
    ready = Barrier(4)

    def save(title: str) -> str:
        with committed.app_context():
            edition = get_edition("21-4")
            ready.wait(10)
            try:
                with transaction():
                    compose(edition, Texts(title, "", "", ""), revision=revision, by=by,
                            now=material.NOW)
            except BadInput as fault:
                return fault.reason
            return title

    with ThreadPoolExecutor(4) as editors:
        outcomes = list(editors.map(save, "abcd"))
    assert outcomes.count("saved_meanwhile") == 3
    (kept,) = (one for one in outcomes if one != "saved_meanwhile")
    saved = get_edition("21-4")
    assert (saved.title, saved.revision) == (kept, revision + 1)
