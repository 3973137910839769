"""The one place that knows every table, for migrations, the test of the schema and the workers."""

from newsletter.accounts import audit_models as audit
from newsletter.accounts import models as accounts
from newsletter.accounts import passkey_models as passkeys
from newsletter.articles import feed_models as feeds
from newsletter.articles import image_models as images
from newsletter.articles import models as articles
from newsletter.articles import proposal_models as proposals
from newsletter.catalogue import models as catalogue
from newsletter.deliveries import models as deliveries
from newsletter.deliveries import pace_models as pace
from newsletter.deliveries import past_models as past
from newsletter.deliveries import restore_models as restores
from newsletter.digests import models as digests
from newsletter.digests import theme_models as theme_changes
from newsletter.editions import approval_models as approvals
from newsletter.editions import draft_models as edition_drafts
from newsletter.editions import link_models as links
from newsletter.editions import models as editions
from newsletter.editions import reminder_models as reminders
from newsletter.extensions import db
from newsletter.mailings import answer_models as answers
from newsletter.mailings import closed_models as closed_ledgers
from newsletter.mailings import correction_models as corrections
from newsletter.mailings import models as mailings
from newsletter.mailings import notice_models as notices
from newsletter.partners import models as partners
from newsletter.subscribers import consent_models as consents
from newsletter.subscribers import figure_models as figures
from newsletter.subscribers import import_models as imports
from newsletter.subscribers import models as subscribers
from newsletter.subscribers import request_models as requests

ROOMS = (accounts, audit, articles, images, feeds, catalogue, deliveries, digests, editions,
         mailings, partners, subscribers, consents, requests, imports, past, pace, restores,
         notices, theme_changes, approvals, answers, figures, corrections, reminders,
         edition_drafts, links, passkeys, proposals, closed_ledgers)
metadata = db.metadata
