"""What a leaver may take back or have instead, each as a button that says what she then gets."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from newsletter import clock
from newsletter.core import signer
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.models import Cadence, ConsentWording, Subscription
from newsletter.subscribers.pause import last_day
from newsletter.subscribers.undo import Instead, find_before
from newsletter.subscribers.wordings import current_wording
from newsletter.web import dates
from newsletter.web.forgery import ReaderForm
from newsletter.web.kept import KeptForm
from newsletter.web.languages import current_language
from newsletter.web.reader.choices_shown import receives
from newsletter.web.reader.consent_form import ConsentForm

PAUSE_MONTHS = 3
# What choices bring, for the middle of a sentence, by editions and cadence; never nothing.
_GETS = {
    (True, Cadence.NONE): _l("het magazine"),
    (True, Cadence.WEEKLY): _l("het magazine en elke week een mail over je thema’s"),
    (True, Cadence.MONTHLY): _l("het magazine en elke maand een mail over je thema’s"),
    (False, Cadence.WEEKLY): _l("elke week een mail over je thema’s"),
    (False, Cadence.MONTHLY): _l("elke maand een mail over je thema’s"),
}
_MONTHLY = {
    True: _l("Stuur mij het magazine en elke maand een mail over mijn thema’s"),
    False: _l("Stuur mij elke maand een mail over mijn thema’s"),
}


class Wish(StrEnum):
    """The word that a button posts; the choices page is a way on, not a state (`THEMES`)."""

    AS_IT_WAS = Instead.AS_IT_WAS.value
    MONTHLY = Instead.MONTHLY.value
    EDITIONS = Instead.EDITIONS.value
    PAUSE = Instead.PAUSE.value
    THEMES = "themes"


@dataclass(frozen=True)
class Offer:
    """A button and, under it, what else there is to know."""

    wish: Wish
    words: str
    help: str = ""


@dataclass(frozen=True)
class Undo:
    """What `pages/reader/_undo.html` shows: `had` are the choices before, in words.

    `wording` is the consent text that she gives anew with any of its buttons.
    """

    action: str
    form: ReaderForm
    had: str
    wording: ConsentWording
    offers: tuple[Offer, ...]


class _Until:
    """The day of the pause that the page promised, as ISO text."""

    until = HiddenField()

    def day(self, now: datetime) -> date:
        """The day that stood on the page, if a pause may last until then; else three months on."""
        try:
            found = date.fromisoformat(self.until.data or "")
        except ValueError:
            return pause_day(now)
        today = clock.local(now).date()
        return found if today < found <= last_day(now) else pause_day(now)


class UndoForm(_Until, ConsentForm):
    """The way back behind the unsubscribe link; no cookie."""


class KeptUndoForm(_Until, KeptForm, ConsentForm):
    """The way back behind the link to her choices."""


def wish_of(word: str | None) -> Wish:
    """The wish behind a posted word; what no button of ours posts means as it was."""
    return Wish(word) if word in set(Wish) else Wish.AS_IT_WAS


def pause_day(now: datetime) -> date:
    """Three months on from today in Amsterdam; the month's last day when it has no such day."""
    return clock.add_months(clock.local(now).date(), PAUSE_MONTHS)


def find_undo(
    subscription: Subscription,
    *,
    action: str,
    form: UndoForm | KeptUndoForm,
    now: datetime,
) -> Undo | None:
    """What may be taken back at `action` with `form`; None when nothing may."""
    before = find_before(subscription, signer=signer(), now=now)
    if before is None:
        return None
    until = pause_day(now)
    form.until.data = until.isoformat()
    # In the language that comes back with her choices, which is that of the ledger's entry.
    wording = current_wording(before.language)
    form.wording.data = wording.id
    return Undo(
        action=action,
        form=form,
        had=in_words(before),
        wording=wording,
        offers=_offers(before, subscription, until),
    )


def in_words(choices: Choices) -> str:
    """What the choices bring, for the middle of a sentence."""
    return str(_GETS[choices.receives_editions, choices.cadence])


def _offers(before: Choices, subscription: Subscription, until: date) -> tuple[Offer, ...]:
    """Less than before, and nothing that she has still or just sent away on purpose."""
    now_gets = receives(subscription)
    left_digests = before.cadence is not Cadence.NONE and not now_gets.digests
    offers = []
    if left_digests and before.cadence is Cadence.WEEKLY:
        offers.append(Offer(Wish.MONTHLY, str(_MONTHLY[before.receives_editions])))
    if left_digests and not now_gets.editions:
        offers.append(Offer(Wish.EDITIONS, _("Stuur mij alleen het magazine")))
    if left_digests and len(before.theme_ids) > 1:
        offers.append(Offer(
            Wish.THEMES, _("Laat mij minder thema’s kiezen"),
            _("Je krijgt terug wat je had, en kiest dan op de pagina met je keuzes."),
        ))
    day = dates.plain_day(until, current_language())
    offers.append(Offer(
        Wish.PAUSE, _("Geef mij pauze tot %(day)s", day=day),
        _("Tot die dag krijg je geen mail. Daarna krijg je weer %(what)s.", what=in_words(before)),
    ))
    return tuple(offers)
