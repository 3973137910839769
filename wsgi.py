"""The door for gunicorn: `gunicorn wsgi:application`."""

from newsletter.app import create_app
from newsletter.start import start

application = start(create_app)
