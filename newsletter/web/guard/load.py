"""What is counted at the forms, over which time, and the limits that the settings give."""

from newsletter.config import Settings
from newsletter.counts import Queue, Window
from newsletter.deliveries.watch_rush import knocks
from newsletter.web.guard.judge import Limits, Load

# Of what everybody may post in all, the part that may come without proof.
UNPAID_PART = 4
# Added to the windows in their order, and one for the knock, which is never taken back.
PAID, UNPAID = (1, 0, 1, 0, 1), (0, 1, 0, 1, 1)


def limits_of(settings: Settings) -> Limits:
    """The limits in the judge's words."""
    return Limits(
        network_paid=settings.signup_per_hour.number,
        network_unpaid=settings.signup_without_proof_per_hour.number,
        everybody=settings.signup_global_per_minute.number,
        everybody_unpaid=max(1, settings.signup_global_per_minute.number // UNPAID_PART),
        cost=settings.proof_cost,
    )


def windows(settings: Settings, network: str) -> tuple[Window, ...]:
    """What the judge asks, in the order of `Load`, and last every post, let in or not."""
    return (
        Window(f"paid:{network}", settings.signup_per_hour.seconds),
        Window(f"unpaid:{network}", settings.signup_without_proof_per_hour.seconds),
        Window("paid", settings.signup_global_per_minute.seconds),
        Window("unpaid", settings.signup_global_per_minute.seconds),
        knocks(settings.signup_global_per_minute.seconds),
    )


def load_of(counts: tuple[int, ...], counted: tuple[int, ...] = (0,) * 5) -> Load:
    """The load as it was before `counted` was added."""
    return Load(*(max(0, n - own) for n, own in zip(counts[:4], counted, strict=False)))


def queues(settings: Settings, network: str) -> tuple[Queue, Queue]:
    """The lines for who must wait: as many are let in as could have come with proof."""
    own, everybody = settings.signup_per_hour, settings.signup_global_per_minute
    return (
        Queue(f"queue:{network}", own.seconds * 1000 // own.number),
        Queue("queue", everybody.seconds * 1000 // everybody.number),
    )
