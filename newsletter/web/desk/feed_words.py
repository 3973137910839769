"""What the desk says of a feed: how it stands, and what the last look saw."""

from datetime import datetime

from newsletter.articles.feed_models import Feed
from newsletter.fetching.trouble import Trouble
from newsletter.web.desk.names import State
from newsletter.web.desk.said import _, ngettext


def feed_state(feed: Feed, *, now: datetime) -> State:
    """How a feed stands, in two words."""
    if feed.off_at is not None:
        return State("wait", _("Staat uit"))
    if feed.due_at <= now:
        return State("wait", _("Wordt bekeken"))
    if feed.trouble is not None:
        return State("wrong", _("Lukt niet"))
    if feed.looked_at is None:
        return State("wait", _("Nog niet bekeken"))
    return State("done", _("In orde"))


def last_outcome(feed: Feed) -> str:
    """What the last look saw, in a sentence; nothing before the first one."""
    if feed.trouble is not None:
        return trouble_words(feed.trouble, feed.trouble_detail)
    if feed.looked_at is None:
        return ""
    if not feed.found_last:
        return _("Niets nieuws.")
    return ngettext("Eén nieuw stuk.", "%(num)s nieuwe stukken.", feed.found_last)


def trouble_words(trouble: Trouble, detail: str) -> str:
    """What went wrong and what helps, in words for an editor."""
    return {
        Trouble.BAD_ADDRESS: _("Het adres, of waarheen het verwijst, is geen adres van het web."),
        Trouble.NO_HOST: _("De naam %(host)s is niet te vinden. Kijk het adres na.", host=detail),
        Trouble.REFUSED_ADDRESS: _(
            "%(host)s leidt naar een plek die we niet openen: een eigen netwerk of een ongewone "
            "poort.", host=detail),
        Trouble.UNREACHABLE: _("%(host)s antwoordt niet, of niet veilig.", host=detail),
        Trouble.TOO_SLOW: _("Het antwoord duurde te lang."),
        Trouble.TOO_LARGE: _("De feed is te groot: meer dan 3 MB, of ingepakt 2 MB."),
        Trouble.TOO_MANY_REDIRECTS: _("Het adres verwijst te vaak door. Vul het nieuwe adres in."),
        Trouble.BAD_STATUS: _("De andere kant antwoordt met code %(code)s.", code=detail)
        + (" " + _("De feed staat daar niet meer.") if detail in ("404", "410") else ""),
        Trouble.WRONG_TYPE: _("Daar staat geen feed, maar %(kind)s.", kind=detail),
        Trouble.BAD_ENCODING: _("De tekst is niet te lezen (%(name)s).", name=detail),
        Trouble.ENTITIES: _("De feed bevat iets wat gevaarlijk kan zijn. We lezen hem niet."),
        Trouble.NO_FEED: _("Daar staat geen feed die we kunnen lezen. Kijk het adres na."),
        Trouble.NOT_FINISHED: _("Het kijken is de vorige keer niet afgemaakt."),
    }[trouble]
