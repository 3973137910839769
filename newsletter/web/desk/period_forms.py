"""The form for a period without editions."""

from datetime import date

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, StringField

from newsletter.editions.enter_period import PeriodDraft
from newsletter.editions.models import ClosedPeriod
from newsletter.web.desk.forms import DeskForm
from newsletter.web.typed import read_day


class PeriodForm(DeskForm):
    """A name and two days, typed; both days belong to the period."""

    name = StringField(_l("Naam van de periode"), id="period_name")
    first_on = StringField(_l("Eerste dag"))
    last_on = StringField(_l("Laatste dag"))
    revision = HiddenField()

    def fill(self, period: ClosedPeriod) -> None:
        """Show the period as it stands."""
        self.name.data = period.name
        self.first_on.data, self.last_on.data = _typed(period.first_on), _typed(period.last_on)
        self.revision.data = str(period.revision)

    def draft(self) -> PeriodDraft:
        """What was typed. Raises BadMoment at `first_on` or `last_on`."""
        return PeriodDraft(
            self.name.data or "",
            read_day(self.first_on.data or "", field="first_on"),
            read_day(self.last_on.data or "", field="last_on"),
        )


def _typed(day: date) -> str:
    return f"{day.day}-{day.month}-{day.year}"
