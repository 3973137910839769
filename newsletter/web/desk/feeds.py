"""Feeds at the desk: which there are, how they do, and one more; change, switch, look now."""

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField

from newsletter import clock
from newsletter.accounts.queries import names_of
from newsletter.articles import add_feed as feeds
from newsletter.articles.add_feed import EVERY_HOURS, FeedDraft
from newsletter.articles.feed_models import Feed
from newsletter.articles.find_feeds import all_feeds, find_feed, waiting_by_feed
from newsletter.deliveries.watch_feed import watch_feed
from newsletter.errors import BadInput
from newsletter.jobs import Job, enqueue
from newsletter.web.desk.acts import recorded
from newsletter.web.desk.feed_words import feed_state, last_outcome
from newsletter.web.desk.forms import LANGUAGES, DeskForm, PressForm
from newsletter.web.desk.said import _

Answer = str | Response | tuple[str, int]
USUAL_HOURS = "6"
EVERY = {1: _l("Elk uur"), 3: _l("Elke 3 uur"), 6: _l("Elke 6 uur"), 12: _l("Elke 12 uur"),
         24: _l("Elke dag")}


class FeedForm(DeskForm):
    """A feed as it is typed."""

    name = StringField(_l("Naam"))
    address = StringField(_l("Adres"))
    every_hours = SelectField(_l("Hoe vaak kijken we?"), validate_choice=False,
                              choices=[(str(hours), EVERY[hours]) for hours in EVERY_HOURS])
    language = SelectField(_l("Taal van de stukken"), choices=LANGUAGES, validate_choice=False)

    def draft(self) -> FeedDraft:
        """What was typed; an unknown frequency is none."""
        hours = self.every_hours.data or ""
        return FeedDraft(
            name=self.name.data or "", address=self.address.data or "",
            every_hours=int(hours) if hours in {str(one) for one in EVERY_HOURS} else 0,
            language=self.language.data or "",
        )


def shelf() -> str:
    """GET /redactie/feeds: the feeds, and an empty form."""
    form = FeedForm(formdata=None)
    form.every_hours.data = USUAL_HOURS
    return _shelf(form)


def add() -> Answer:
    """POST /redactie/feeds: one more, looked at at once."""
    form = FeedForm()
    try:
        with recorded("add_feed", "feed:new", address=form.address.data or "") as act:
            feed = feeds.add_feed(form.draft(), now=clock.now(), account_id=current_user.id)
            act.subject = f"feed:{feed.id}"
            enqueue(Job.LOOK_AT_FEED, feed.id)
    except BadInput as fault:
        form.show_fault(fault)
        return _shelf(form), 400
    flash(_("Toegevoegd. We kijken er meteen naar; ververs de pagina straks."), "done")
    return redirect(url_for("desk.feeds"), 303)


def page(feed_id: int) -> str:
    """GET /redactie/feeds/<id>: one feed, and a form to change it."""
    feed = _wanted(feed_id)
    form = FeedForm(formdata=None, data={
        "name": feed.name, "address": feed.address, "language": feed.language,
        "every_hours": str(feed.every_hours)})
    return _page(feed, form)


def save(feed_id: int) -> Answer:
    """POST /redactie/feeds/<id>: change it."""
    feed, form = _wanted(feed_id), FeedForm()
    now = clock.now()
    try:
        with recorded("change_feed", f"feed:{feed_id}", address=form.address.data or ""):
            feeds.change_feed(feed, form.draft(), now=now)
            watch_feed(feed_id, failing_since=feed.failing_since, now=now)
            _ask_if_due(feed)
    except BadInput as fault:
        form.show_fault(fault)
        return _page(_wanted(feed_id), form), 400
    flash(_("Bewaard."), "done")
    return redirect(url_for("desk.feed", feed_id=feed_id), 303)


def look(feed_id: int) -> Response:
    """POST /redactie/feeds/<id>/kijk: a worker looks as soon as one is free."""
    feed = _wanted(feed_id)
    if feed.off_at is not None:
        flash(_("Deze feed staat uit. Zet hem eerst aan."), "wrong")
    else:
        with recorded("look_at_feed", f"feed:{feed_id}"):
            feeds.ask_look(feed, now=clock.now())
            enqueue(Job.LOOK_AT_FEED, feed_id)
        flash(_("We kijken nu; ververs de pagina straks."), "done")
    return redirect(url_for("desk.feed", feed_id=feed_id), 303)


def switch(feed_id: int, way: str) -> Response:
    """POST /redactie/feeds/<id>/zet/uit or /zet/aan: look at it no more, or again."""
    feed, now = _wanted(feed_id), clock.now()
    if way not in ("uit", "aan"):
        abort(404)
    with recorded("switch_feed", f"feed:{feed_id}", on=way == "aan"):
        if way == "aan":
            feeds.switch_on(feed, now=now)
            enqueue(Job.LOOK_AT_FEED, feed_id)
        else:
            feeds.switch_off(feed, now=now)
            watch_feed(feed_id, failing_since=None, now=now)
    flash(_("De feed staat aan.") if way == "aan" else
          _("De feed staat uit. Wat hij gaf, blijft staan."), "done")
    return redirect(url_for("desk.feed", feed_id=feed_id), 303)


def _ask_if_due(feed: Feed) -> None:
    if feed.off_at is None and feed.due_at <= clock.now():
        enqueue(Job.LOOK_AT_FEED, feed.id)


def _wanted(feed_id: int) -> Feed:
    return find_feed(feed_id) or abort(404)


def _shelf(form: FeedForm) -> str:
    now, waiting = clock.now(), waiting_by_feed()
    shown = [(feed, feed_state(feed, now=now), last_outcome(feed), waiting.get(feed.id, 0))
             for feed in all_feeds()]
    return render_template("pages/desk/feeds.html", form=form, press=PressForm(formdata=None),
                           shown=shown, waiting=sum(waiting.values()))


def _page(feed: Feed, form: FeedForm) -> str:
    return render_template(
        "pages/desk/feed.html", form=form, press=PressForm(formdata=None), feed=feed,
        state=feed_state(feed, now=clock.now()), outcome=last_outcome(feed),
        waiting=waiting_by_feed().get(feed.id, 0),
        by=names_of([feed.added_by]).get(feed.added_by, "") if feed.added_by else "",
    )
