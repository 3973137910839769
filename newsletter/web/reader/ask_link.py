"""Ask for one's link: no password, a mail instead; the same answer for everyone."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from newsletter import clock
from newsletter.subscribers.ask import ask_link
from newsletter.subscribers.record_consent import LINK_PAGE
from newsletter.transaction import transaction
from newsletter.web.guard.admit import busy, knock
from newsletter.web.reader.forms import AskLinkForm, is_caught


def page() -> str:
    """GET /mijn-link: the form."""
    return render_template("pages/reader/ask_link.html", form=AskLinkForm())


def post() -> str | Response | tuple[str, int]:
    """POST /mijn-link: mail the link if the address is a reader's; the answer never tells."""
    form = AskLinkForm(request.form)
    if not form.validate():
        return render_template("pages/reader/ask_link.html", form=form), 400
    if not is_caught(form):
        form.delay = knock("link")
        if form.delay:
            return busy(render_template("pages/reader/ask_link.html", form=form), form.delay)
        with transaction():
            ask_link(address=form.address.data or "", source_page=LINK_PAGE, now=clock.now())
    return redirect(url_for("reader.link_sent"), 303)


def sent() -> str:
    """GET /mijn-link/verstuurd: check your mail; says nothing about the address."""
    return render_template("pages/reader/link_sent.html")
