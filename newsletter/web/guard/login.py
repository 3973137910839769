"""The door of the login: a password is counted before it is looked at, and taken back when right.

What it answers hangs on the name that was typed, never on whether somebody has it.
"""

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from flask import current_app, g, request

from newsletter import clock
from newsletter.core import counts, settings, signer
from newsletter.counts import Mark, Queue, Window
from newsletter.web.forgery import network
from newsletter.web.guard import proof, wait
from newsletter.web.guard.guesses import DAY, HOUR, Line, Refused, asked, pause, price

# A ticket of the login is good for shorter than another, or a day's turns could come all at once.
TICKET_LIFETIME = timedelta(minutes=30)
_COUNTED = "login_counted"


class Why(StrEnum):
    """Why a password was not looked at: what the page tells to do."""

    HERE = "here"  # often wrong at this name, from this network or browser
    NAME = "name"  # often wrong at this name, from many networks
    BUSY = "busy"  # often wrong from this network, at whatever name, or from everybody


@dataclass(frozen=True)
class Held:
    """Not let in: for how many seconds, with which ticket to come back (or none), and why."""

    seconds: int
    ticket: str
    why: Why


@dataclass(frozen=True)
class _Payment:
    """What came with a post: what its proof cost, or that its sender has waited; and its mark."""

    cost: int = 0
    has_waited: bool = False
    mark: Mark | None = None


def price_now() -> int:
    """What a proof must cost the visitor at hand at the login, 0 for nothing; counts nothing."""
    here, everybody = counts().look(_of_all(), now=clock.now()).counts
    return price(Refused(network=here, everybody=everybody), settings().proof_cost)


def spelled(name: str) -> str:
    """One spelling for all that the login takes for the same name, and some more.

    Coarser than the database's own lower case, so that no other way to type a name is a new name.
    """
    parts = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign)).strip()


def knock(name: str, *, browser: str | None) -> Held | None:
    """None when the password at hand may be looked at; it counts as refused until `forgive`.

    `browser` is the mark of a browser in which this name got in before: it has a count of its own.
    """
    now = clock.now()
    if browser is not None:
        return _at_own_door(browser, now)
    key = signer().digest("login name", spelled(name).encode(), size=12).hex()
    pair = f"guess:{network()} {key}"
    windows = (Window(pair, DAY), Window(f"guess:{key}", HOUR), Window(f"guess:{key}", DAY),
               *_of_all())
    seen = counts().look(windows, now=now, plus=(1,) * len(windows)).counts
    refused = Refused(*(max(0, number - 1) for number in seen))
    held = _held(refused, key, pair, now)
    if held:
        counts().look(windows, now=now, plus=(-1,) * len(windows))
    else:
        setattr(g, _COUNTED, (windows, now))
    return held


def forgive() -> None:
    """The password at hand was right: it was no guess."""
    counted = g.pop(_COUNTED, None)
    if counted:
        windows, at = counted
        counts().look(windows, now=at, plus=(-1,) * len(windows))


def _at_own_door(browser: str, now: datetime) -> Held | None:
    own = (Window(f"guess:{browser}", DAY),)
    seen = counts().look(own, now=now, plus=(1,)).counts[0]
    shut = _shut(f"guess:{browser}", pause(seen - 1), now)
    if shut:
        counts().look(own, now=now, plus=(-1,))
        return Held(shut, "", Why.HERE)
    setattr(g, _COUNTED, (own, now))
    return None


def _held(refused: Refused, key: str, pair: str, now: datetime) -> Held | None:
    ticket = _ticket(key, now)
    payment = _paid(ticket, now)
    held = _unpaid(refused, payment, ticket, key, now)
    if held:
        return held
    shut = _shut(pair, pause(refused.pair), now)
    if shut:
        return Held(shut, ticket.text if ticket else "", Why.HERE)
    if payment.mark is not None and not counts().look((), now=now, mark=payment.mark).is_new:
        return _unpaid(refused, _Payment(), None, key, now)
    return _too_soon(refused, key, now) if payment.has_waited else None


def _too_soon(refused: Refused, key: str, now: datetime) -> Held | None:
    """Whether somebody of the name's line went in just now; then her ticket is renewed.

    Turns that were given before the line became slow, or that were saved up, stay apart too.
    """
    wanted = asked(refused, paid=0, cost=settings().proof_cost)
    shut = _shut(f"guess:{key}", wanted.seconds, now) if isinstance(wanted, Line) else 0
    if not shut:
        return None
    return Held(shut, _new_ticket(key, now + timedelta(seconds=shut)), Why.NAME)


def _unpaid(
    refused: Refused, payment: _Payment, ticket: wait.Ticket | None, key: str, now: datetime
) -> Held | None:
    """None for who has waited, or of whom nothing is asked that her proof does not pay."""
    if payment.has_waited:
        return None
    wanted = asked(refused, paid=payment.cost, cost=settings().proof_cost)
    if wanted is None:
        return None
    why = Why.NAME if isinstance(wanted, Line) else Why.BUSY
    if ticket:
        return Held(_seconds(ticket.due_at, now), ticket.text, why)
    if isinstance(wanted, Line):
        return _in_line(wanted, key, now)
    due_at = now.replace(microsecond=0) + timedelta(seconds=wanted.seconds)
    return Held(_seconds(due_at, now), _new_ticket(key, due_at), why)


def _in_line(line: Line, key: str, now: datetime) -> Held:
    """A place in the name's line, or none for a network that has one already."""
    queue = Queue(f"guess line:{key}", line.seconds * 1000)
    place = counts().place(f"guess place:{network()} {key}", queue, now=now)
    due_at = datetime.fromtimestamp(-(-place.at // 1000), UTC)
    ticket = _new_ticket(key, due_at) if place.is_given else ""
    return Held(_seconds(due_at, now), ticket, Why.NAME)


def _shut(door: str, seconds: int, now: datetime) -> int:
    """0 for who goes in, and then the door is shut for so long; else how long it still is."""
    if not seconds:
        return 0
    place = counts().place(f"shut:{door}", Queue(f"shut:{door}", seconds * 1000), now=now)
    if place.is_given:
        return 0
    return _seconds(datetime.fromtimestamp(place.at / 1000, UTC), now)


def _paid(ticket: wait.Ticket | None, now: datetime) -> _Payment:
    if ticket and ticket.due_at <= now:
        return _Payment(has_waited=True, mark=ticket.mark)
    found = proof.opened(request.form.get(proof.FIELD, ""), signer=signer(), now=now)
    return _Payment(cost=found.cost, mark=found.mark) if found else _Payment()


def _of_all() -> tuple[Window, Window]:
    return Window(f"guess:{network()}", HOUR), Window("guess", HOUR)


def _ticket(key: str, now: datetime) -> wait.Ticket | None:
    return wait.opened(
        request.form.get(wait.FIELD, ""), key=_secret(), network=network(), form=_form(key),
        now=now, lifetime=TICKET_LIFETIME,
    )


def _new_ticket(key: str, due_at: datetime) -> str:
    return wait.ticket(due_at, key=_secret(), network=network(), form=_form(key))


def _form(key: str) -> str:
    """What a ticket is good for: the login, at one name."""
    return f"login {key}"


def _seconds(due_at: datetime, now: datetime) -> int:
    """Whole seconds until then, at least one."""
    return max(1, -int((now - due_at).total_seconds() // 1))


def _secret() -> str:
    return str(current_app.config["SECRET_KEY"])
