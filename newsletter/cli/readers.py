"""`newsletter seed-readers`: believable confirmed readers, many and fast."""

import time

import click

from newsletter import clock
from newsletter.cli.opened import opened
from newsletter.cli.progress import bar
from newsletter.core import settings
from newsletter.errors import WrongState
from newsletter.extensions import db
from newsletter.jobs import Job, enqueue
from newsletter.transaction import transaction
from seeds.copy_readers import copy_readers, number_of_themes
from seeds.readers import MOST, SEEDS, make_readers


@click.command("seed-readers")
@click.option("--count", type=click.IntRange(1, MOST), required=True, help="How many.")
@click.option("--seed", type=click.IntRange(0, SEEDS - 1), default=1, show_default=True,
              help="The same seed makes the same readers; another seed makes others.")
@click.option("--plain", is_flag=True, help="Addresses u<NUMBER>@plain.example, for measuring.")
def seed_readers(count: int, seed: int, plain: bool) -> None:
    """Make COUNT believable confirmed readers, with addresses under .example only.

    All come in, or none. Refused in production.
    """
    with opened():
        if settings().is_production:
            raise WrongState("Made-up readers are refused in production (NEWSLETTER_ENV).")
        began = time.monotonic()
        with transaction(), bar() as progress:
            task = progress.add_task("readers", total=count)
            readers = make_readers(
                count, seed=seed, themes=number_of_themes(), now=clock.now(), plain=plain
            )
            done = copy_readers(
                db.session(), readers, on_done=lambda more: progress.advance(task, more)
            )
            enqueue(Job.COUNT_DAYS)
        click.echo(f"{done} readers of seed {seed} in {time.monotonic() - began:.1f} s", err=True)
