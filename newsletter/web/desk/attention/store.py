"""What of the article store asks for a person: pieces that feeds gave, and feeds that fail."""

from collections.abc import Iterator
from datetime import datetime

from flask import url_for

from newsletter.accounts.models import RoleName
from newsletter.articles.find_feeds import failing_feeds, waiting_by_feed
from newsletter.deliveries.watch_feed import PATIENCE
from newsletter.web.dates import short_moment
from newsletter.web.desk.attention.line import Line
from newsletter.web.desk.said import _, ngettext
from newsletter.web.languages import current_language


def lines(now: datetime) -> Iterator[Line]:
    """All of it, for who fills the store. After a day an alarm speaks of a feed that fails."""
    if count := sum(waiting_by_feed().values()):
        yield Line("info", ngettext("Eén gevonden stuk wacht op een keuze",
                                    "%(num)s gevonden stukken wachten op een keuze", count),
                   _("Neem over wat in het archief hoort, en leg de rest weg."),
                   url_for("desk.feed_items"), _("Bekijk wat gevonden is"), RoleName.EDITOR)
    for feed in failing_feeds(since=now - PATIENCE):
        if feed.failing_since is not None:
            yield Line("info", _("Feed ‘%(name)s’ geeft nu niets bruikbaars", name=feed.name),
                       _("Dat is zo sinds %(when)s. We blijven het proberen.",
                         when=short_moment(feed.failing_since, current_language())),
                       url_for("desk.feed", feed_id=feed.id), _("Bekijk de feed"),
                       RoleName.EDITOR)
