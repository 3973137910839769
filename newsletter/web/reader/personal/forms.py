"""The forms of the pages of one's own data."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from newsletter.subscribers import details
from newsletter.subscribers.models import Subscription
from newsletter.web.kept import KeptForm
from newsletter.web.reader.forms import AddressField, DetailField, SectorField


class DetailsForm(KeptForm):
    """Who the reader is, as far as she wants to say."""

    name = DetailField(_l("Naam"), id="name")
    organisation = DetailField(_l("Organisatie"), id="organisation")
    sector = SectorField(_l("Waar werk je?"), id="sector")

    def details(self) -> details.Details:
        """The details of a valid form."""
        return details.read(
            name=self.name.data or "",
            organisation=self.organisation.data or "",
            sector=self.sector.data or "",
        )


class NewAddressForm(KeptForm):
    """Where mail is to go from now on."""

    address = AddressField(_l("Nieuw e-mailadres"), id="address")


class EraseForm(KeptForm):
    """The last button, and the wish never to be written to again."""

    never_again = BooleanField(_l("Schrijf me nooit meer"), id="never_again")


def details_as_they_stand(subscription: Subscription, token: str) -> DetailsForm:
    """The form with what we hold."""
    return DetailsForm(bound_to=token, data=details.as_record(details.of(subscription.subscriber)))
