"""Two years of a house, at random: who got what is held against the rule, article by article.

Sign-ups, switches of cadence, themes and address, pauses, releases early and late, articles that
move between themes, corrections, editions, mails that fail, downtime, and both nights of the clock.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from newsletter.articles.drafts import Draft
from newsletter.articles.models import Article
from newsletter.articles.release import release
from newsletter.articles.write import add_article, edit_article
from newsletter.catalogue.queries import magazine
from newsletter.clock import AMSTERDAM
from newsletter.core import settings as house_settings
from newsletter.deliveries.models import Delivery, DeliveryStatus
from newsletter.digests.models import DigestSlot, SlotStatus
from newsletter.digests.plan_slots import plan_slots
from newsletter.digests.queries import due_slots
from newsletter.digests.rhythm import rhythm_of
from newsletter.editions.models import Edition
from newsletter.extensions import db
from newsletter.mailings.models import Block, Mailing, Variant
from newsletter.sending.carry_out import carry_out_edition, carry_out_slot
from newsletter.subscribers.change import change_choices
from newsletter.subscribers.choices import Choices
from newsletter.subscribers.models import Cadence, Subscription
from newsletter.subscribers.pause import moment_of_return, pause, resume
from newsletter.subscribers.record_consent import Proof
from tests import material
from tests.digests.by_the_rule import NONE, Person, Piece, Rule
from tests.ground import seeds_of

START = datetime(2026, 9, 1, 10, 0, tzinfo=AMSTERDAM)
END = datetime(2028, 9, 1, 10, 0, tzinfo=AMSTERDAM)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BY_HAND = Proof("preference_page", "/voorkeuren")
THEMES = 4
OPEN = ("pending", "claimed", "deferred", "unclear")
cadences = st.sampled_from([Cadence.WEEKLY, Cadence.MONTHLY, Cadence.NONE])
some_themes = st.sets(st.integers(0, THEMES - 1), min_size=1, max_size=3)
which = st.integers(0, 999)
waits = st.one_of(
    st.timedeltas(timedelta(minutes=1), 3 * DAY), st.timedeltas(3 * DAY, 40 * DAY))
