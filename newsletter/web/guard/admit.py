"""The door of the address forms: each post is counted, judged, and let in or asked to come back.

It never looks at the address, so that no answer can tell what we know of one (W04).
"""

from datetime import UTC, datetime, timedelta

from flask import Flask, Response, current_app, g, request

from newsletter import clock
from newsletter.core import counts, settings, signer
from newsletter.counts import Mark
from newsletter.web.forgery import Delay, network
from newsletter.web.guard import attack, proof, wait
from newsletter.web.guard.judge import NOTHING, Pass, Payment, Verdict, judge, price
from newsletter.web.guard.load import PAID, UNPAID, limits_of, load_of, queues, windows
from newsletter.web.guard.login import Held

LONG_LINE = timedelta(minutes=10)


def init_app(app: Flask) -> None:
    """Bind what the guard remembers."""
    attack.init_app(app)


def price_now() -> int:
    """What a proof must cost for the visitor at hand; counts nothing."""
    seen = counts().look(windows(settings(), network()), now=clock.now())
    return price(load_of(seen.counts), limits_of(settings()), is_attack=attack.is_attack())


def knock(form: str) -> Delay | None:
    """None when the post at hand is let in; else how long to wait, with a ticket to come back with.

    `form` names the form to which the ticket is bound. A proof, or a ticket that was due, is used
    up. One whose moment has not come is given back as it was.
    """
    now, here = clock.now(), network()
    ticket = _ticket(form, now)
    g.has_waited = False
    payment, mark = _proof(now)
    if ticket and ticket.due_at <= now:
        payment, mark = Payment(has_waited=True), ticket.mark
    verdict, has_counted = _judged(payment, mark, now)
    if isinstance(verdict, Pass):
        g.has_waited = has_counted and payment.has_waited
        return None
    if ticket and ticket.due_at > now:
        return Delay(_seconds(ticket.due_at, now), ticket.text)
    due_at = max(_turn(here, now), now.replace(microsecond=0) + timedelta(seconds=verdict.seconds))
    return Delay(_seconds(due_at, now), _new_ticket(form, due_at))


def busy(page: str, delay: Delay | Held) -> Response:
    """The page of a form that is busy, with 429 and the moment to come back."""
    return Response(page, 429, {"Retry-After": str(delay.seconds)}, mimetype="text/html")


def renewed(form: str) -> Delay | None:
    """A ticket that is due at once, for a post that used one up and then had a fault."""
    if not g.get("has_waited"):
        return None
    return Delay(0, _new_ticket(form, clock.now()))


def _turn(here: str, now: datetime) -> datetime:
    """The next turn in the network's own line and in everybody's.

    A network whose own line is long takes no more places in everybody's: its own pace keeps it
    back, and a flood from one place must not make all others wait.
    """
    own, everybody = queues(settings(), here)
    turn = counts().turn((own,), now=now)
    if turn - int(now.timestamp() * 1000) < LONG_LINE.total_seconds() * 1000:
        turn = max(turn, counts().turn((everybody,), now=now))
    return datetime.fromtimestamp(turn // 1000, UTC)


def _judged(payment: Payment, mark: Mark | None, now: datetime) -> tuple[Verdict, bool]:
    """The verdict, and whether the payment counted: too little, or used before, is nothing.

    The post is counted before it is judged, and taken back when it is not let in, so that of many
    at the same moment no more come in than may.
    """
    asked = windows(settings(), network())
    is_attack, limits = attack.is_attack(), limits_of(settings())
    added = UNPAID if payment == NOTHING else PAID
    seen = counts().look(asked, now=now, plus=added, mark=mark)
    verdict = judge(load_of(seen.counts, added), payment, limits, is_attack=is_attack)
    is_good = seen.is_new and isinstance(verdict, Pass)
    if payment != NOTHING and not is_good:
        swap = tuple(new - old for new, old in zip(UNPAID, added, strict=True))
        added = UNPAID
        seen = counts().look(asked, now=now, plus=swap)
        verdict = judge(load_of(seen.counts, added), NOTHING, limits, is_attack=is_attack)
    if not isinstance(verdict, Pass):
        counts().look(asked, now=now, plus=(*(-n for n in added[:-1]), 0))
    return verdict, is_good


def _proof(now: datetime) -> tuple[Payment, Mark | None]:
    found = proof.opened(request.form.get(proof.FIELD, ""), signer=signer(), now=now)
    return (Payment(cost=found.cost), found.mark) if found else (NOTHING, None)


def _ticket(form: str, now: datetime) -> wait.Ticket | None:
    return wait.opened(
        request.form.get(wait.FIELD, ""), key=_key(), network=network(), form=form, now=now
    )


def _new_ticket(form: str, due_at: datetime) -> str:
    return wait.ticket(due_at, key=_key(), network=network(), form=form)


def _seconds(due_at: datetime, now: datetime) -> int:
    """Whole seconds until then, at least one."""
    return max(1, -int((now - due_at).total_seconds() // 1))


def _key() -> str:
    return str(current_app.config["SECRET_KEY"])
