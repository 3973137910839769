"""The door for gunicorn: `gunicorn wsgi:application`."""

from newsletter.app import create_app

application = create_app()
