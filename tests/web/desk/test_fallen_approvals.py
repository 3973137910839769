"""An approval that was refused or fell stands on the first page, with what was said of it."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from newsletter.editions.approve import approve
from newsletter.editions.ask_approval import ask_approval
from newsletter.editions.refuse_approval import refuse_approval
from newsletter.editions.void_changed import void_changed
from tests.material import NOW, article, compiled, person, planned
from tests.web.desk.conftest import Worker
from tests.web.visitor import page


def test_an_approval_that_was_refused_or_fell_asks_for_who_edits(
    editor: Worker, session: Session
) -> None:
    session.execute(text("delete from editions"))

    def said() -> list[tuple[str, str]]:
        found = page(editor.get("/redactie/")).css("section[aria-labelledby=attention] li")
        return [(str(one.attributes["class"]), one.text()) for one in found
                if one.css_first('a[href^="/redactie/edities/"]')]

    made, second = planned([article("data")], send_at=NOW + timedelta(days=7)), person()
    made.copy_deadline_at = NOW - timedelta(days=1)
    session.flush()
    asked_for = ask_approval(made, compiled(made), asked_by=editor.account.id, now=NOW)
    refuse_approval(made, asked_for.id, note="Noem de dag.", by=second, now=NOW)
    session.commit()
    ((kind, words),) = said()
    assert kind == "wrong"
    assert "Editie 90·8 is niet goedgekeurd" in words
    assert f"{second.name} schrijft: ‘Noem de dag.’" in words

    ask_approval(made, compiled(made), asked_by=editor.account.id, now=NOW)
    session.commit()
    ((kind, words),) = said()
    assert (kind, "wacht op het akkoord van een ander" in words) == ("info", True)

    made.subject = "Een ander onderwerp"
    void_changed(made, compiled(made), now=NOW)
    session.commit()
    ((kind, words),) = said()
    assert kind == "mind"
    assert "Vervallen: het onderwerp is daarna veranderd. Vraag opnieuw goedkeuring." in words

    open_one = ask_approval(made, compiled(made), asked_by=editor.account.id, now=NOW)
    approve(made, open_one.id, by=second, now=NOW)
    session.commit()
    ((kind, words),) = said()
    assert "nog niet ingepland" in words
