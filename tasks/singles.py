"""The task that sends mails to one reader, and alone of all that send needs their templates."""

from flask import current_app

from newsletter.extensions import queue
from newsletter.jobs import Job, Lane, enqueue
from newsletter.sending.single import write_single_mail
from tasks.sending import SECONDS


@queue.task(name=Job.SEND_PROMPT.value)
def send_prompt() -> None:
    """Confirmations, links and welcomes."""
    post = current_app.extensions["post"]
    if post.run(Lane.PROMPT, seconds=SECONDS, write_single=write_single_mail).has_more:
        enqueue(Job.SEND_PROMPT)
