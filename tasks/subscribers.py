"""Tasks that take what visitors asked, watch the forms, and seal what readers agreed to."""

from newsletter import clock
from newsletter.core import counts, settings, signer
from newsletter.deliveries import watch_rush as rush
from newsletter.extensions import queue
from newsletter.jobs import Job, enqueue
from newsletter.subscribers import seal_consents as seals
from newsletter.subscribers import take_requests as requests
from newsletter.subscribers import watch_consents as consents
from newsletter.transaction import transaction

# Few enough for a short transaction, and short enough for a worker that is asked to stop.
AT_ONCE, SECONDS = 20, 8.0


@queue.task(name=Job.TAKE_REQUESTS.value)
def take_requests() -> None:
    """What visitors typed on the public forms."""
    until = clock.boot_seconds() + SECONDS
    while clock.boot_seconds() < until:
        with transaction():
            if not requests.take_requests(signer=signer(), at_most=AT_ONCE, now=clock.now()):
                return
    enqueue(Job.TAKE_REQUESTS)


@queue.task(name=Job.WATCH_RUSH.value)
def watch_rush() -> None:
    """Whether more is posted at the forms than is usual; unknown while the broker is away."""
    now, usual = clock.now(), settings().signup_global_per_minute
    knocked = counts().shared(rush.knocks(usual.seconds), now=now)
    if knocked is not None:
        with transaction():
            rush.watch_rush(knocked=knocked, at_most=usual.number, now=now)


@queue.task(name=Job.SEAL_CONSENTS.value)
def seal_consents() -> None:
    """The newest entries of every chain that grew."""
    with transaction():
        if seals.seal_consents(now=clock.now()):
            enqueue(Job.SEAL_CONSENTS)


@queue.task(name=Job.WATCH_CONSENTS.value)
def watch_consents() -> None:
    """Whether every chain and every seal is whole."""
    with transaction():
        consents.watch_consents(now=clock.now())
