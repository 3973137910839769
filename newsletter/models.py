"""The one place that knows every table, for migrations, the test of the schema and the workers."""

from newsletter.accounts import models as accounts
from newsletter.articles import feed_models as feeds
from newsletter.articles import image_models as images
from newsletter.articles import models as articles
from newsletter.catalogue import models as catalogue
from newsletter.deliveries import models as deliveries
from newsletter.deliveries import pace_models as pace
from newsletter.deliveries import past_models as past
from newsletter.deliveries import restore_models as restores
from newsletter.digests import models as digests
from newsletter.editions import models as editions
from newsletter.extensions import db
from newsletter.mailings import models as mailings
from newsletter.partners import models as partners
from newsletter.subscribers import consent_models as consents
from newsletter.subscribers import models as subscribers

ROOMS = (accounts, articles, images, feeds, catalogue, deliveries, digests, editions, mailings,
         partners, subscribers, consents, past, pace, restores)
metadata = db.metadata
