"""An edition's articles: pick them from the store, order them, name their sections."""

from collections.abc import Sequence

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.editions.check_items import editions_of
from newsletter.editions.choose import Chosen, added, choose, chosen_of, moved, removed
from newsletter.editions.content import sections_of
from newsletter.editions.models import Edition
from newsletter.errors import BadInput, EditionNotReady
from newsletter.jobs import Job, enqueue
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.composer import show
from newsletter.web.desk.forms import PressForm, revision_of
from newsletter.web.desk.found import wanted_edition
from newsletter.web.desk.reasons import explain
from newsletter.web.desk.said import _, ngettext
from newsletter.web.desk.shelf import to_choose_from
from newsletter.web.desk.void_after import tell, void_after

Answer = str | Response | tuple[str, int]
STEPS = {"up": -1, "down": 1}
SCRIPT = "X-Composer"  # a header by which the page's own script asks for the list alone
FELL = "X-Fell"  # its answer: an approval fell, which the page tells when it is loaded again


def save(key: str) -> Answer:
    """POST /redactie/edities/<key>/volgorde: as typed, and then one step of the pressed button.

    The page's script is given the list alone, and the revision that it now has; and that an
    approval fell, for then nearly all that the page says is no longer so.
    """
    edition = wanted_edition(key)
    typed = {
        item.article_id: (
            request.form.get(f"position-{item.article_id}", ""),
            request.form.get(f"section-{item.article_id}", item.section),
        )
        for item in edition.items
    }
    chosen = _after_button(_as_typed(edition, typed), request.form.get("act", ""))
    fault, fell = _choose(edition, chosen)
    if SCRIPT in request.headers:
        return _list_alone(wanted_edition(key), fault, fell)
    if fault:
        return show(wanted_edition(key), order_fault=fault, order_typed=typed), 400
    flash(_("Volgorde bewaard."), "done")
    return redirect(url_for("desk.edition", key=key, _anchor="order"), 303)


def page(key: str) -> str:
    """GET /redactie/edities/<key>/artikelen: the store, to choose from."""
    return _show_store(wanted_edition(key))


def add(key: str) -> Answer:
    """POST /redactie/edities/<key>/artikelen: put the ticked articles behind the others."""
    edition = wanted_edition(key)
    typed = request.form.getlist("article")
    # `²` is a digit to Python and no number.
    ids = [int(one) for one in typed if one.isascii() and one.isdigit() and len(one) < 19]
    chosen = added(chosen_of(edition), ids)
    count = len(chosen) - len(edition.items)
    fault = (explain(BadInput("articles", "none")) if not count
             else _choose(edition, chosen)[0])
    if fault:
        return _show_store(wanted_edition(key), fault=fault, ticked=ids), 400
    flash(ngettext("Eén artikel toegevoegd.", "%(num)s artikelen toegevoegd.", count), "done")
    return redirect(url_for("desk.edition", key=key, _anchor="order"), 303)


def _choose(edition: Edition, chosen: Sequence[Chosen]) -> tuple[str, str]:
    """Carry the choice out: what was refused, and why an approval fell, each as a sentence."""
    try:
        with recorded("choose", f"edition:{edition.key}") as act:
            choose(edition, chosen, revision=revision_of(request.form.get("revision")),
                   by=current_user.id, now=clock.now())
            act.details["articles"] = [one.article_id for one in chosen]
            enqueue(Job.TRY_LINKS, edition.id)
            fell = void_after(edition)
    except BadInput as fault:
        if fault.field == "revision":
            return _("Iemand anders heeft intussen iets bewaard. Kijk hoe de editie er nu voor "
                     "staat, en doe het dan opnieuw."), ""
        return explain(fault), ""
    except EditionNotReady:
        return _("De editie is ingepland en zou dan iets missen. "
                 "Haal haar eerst uit de planning."), ""
    tell(fell)
    return "", fell


def _as_typed(edition: Edition, typed: dict[int, tuple[str, str]]) -> tuple[Chosen, ...]:
    """The articles by the numbers typed; one without a good number keeps its place."""
    places = []
    for place, item in enumerate(edition.items, start=1):
        number, section = typed[item.article_id]
        number = number.strip()
        is_number = number.isascii() and number.isdigit() and len(number) < 6
        wanted = int(number) if is_number else place
        # Typed over another's number: it goes before that one when it moves up, else after it.
        side = 0 if wanted == place else (-1 if wanted < place else 1)
        places.append(((wanted, side, place), Chosen(item.article_id, section)))
    return tuple(chosen for _place, chosen in sorted(places, key=lambda one: one[0]))


def _after_button(chosen: tuple[Chosen, ...], act: str) -> tuple[Chosen, ...]:
    verb, _colon, number = act.partition(":")
    is_number = number.isascii() and number.isdigit() and len(number) < 19
    if not is_number or int(number) not in {one.article_id for one in chosen}:
        return chosen
    if verb in STEPS:
        return moved(chosen, int(number), by=STEPS[verb])
    if verb == "lead":
        return moved(chosen, int(number), by=-len(chosen))
    if verb == "to":
        place = request.form.get("place", "")
        here = [one.article_id for one in chosen].index(int(number))
        there = int(place) - 1 if place.isascii() and place.isdigit() and len(place) < 4 else here
        return moved(chosen, int(number), by=there - here)
    return removed(chosen, int(number)) if verb == "out" else chosen


def _list_alone(edition: Edition, fault: str, fell: str) -> Answer:
    if fault:
        return fault, 409
    response = make_response(render_template(
        "pages/desk/_order.html", edition=edition, sections=sections_of(edition),
        order_typed={}, order_fault="", press=PressForm(formdata=None)))
    response.headers["X-Revision"] = str(edition.revision)
    if fell:
        response.headers[FELL] = "1"
    return response


def _show_store(edition: Edition, *, fault: str = "", ticked: Sequence[int] = ()) -> str:
    store = to_choose_from()
    return render_template(
        "pages/desk/choose.html",
        edition=edition,
        **store,
        numbers_of=editions_of([one.id for one in (*store["shelf"].articles,
                                                   *store["shelf"].alike)], but=edition.id),
        chosen={item.article_id for item in edition.items},
        ticked=set(ticked),
        fault=fault,
        press=PressForm(formdata=None),
    )
