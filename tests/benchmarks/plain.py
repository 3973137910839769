"""The plain way to measure against: one task a reader, in which everything is done anew.

Render the template, build an `EmailMessage`, connect, `sendmail`, mark the row. The content is the
newest articles; nothing is kept between two readers.
"""

import os
import smtplib
from email.message import EmailMessage

import psycopg
from celery import Celery
from jinja2 import Environment
from mjml import mjml2html

app = Celery("plain", broker=os.environ["PLAIN_BROKER"])
app.conf.task_ignore_result = True
app.conf.task_default_queue = "plain"

ARTICLES = 12  # of which, with summaries as long as of the other peer, a mail has octets as ours

TEMPLATE = """<mjml><mj-head><mj-title>{{ subject }}</mj-title></mj-head><mj-body>
<mj-section><mj-column><mj-text><h1>{{ subject }}</h1></mj-text></mj-column></mj-section>
{% for article in articles %}<mj-section><mj-column><mj-text>
<h2><a href="https://example.org/{{ loop.index }}">{{ article.title }}</a></h2>
<p>{{ article.summary }}</p></mj-text></mj-column></mj-section>{% endfor %}
<mj-section><mj-column><mj-text><a href="https://example.org/{{ reader }}">Afmelden</a></mj-text>
</mj-column></mj-section></mj-body></mjml>"""


@app.task(name="plain.send_one")
def send_one(subscriber_id: int) -> None:
    """One reader's mail."""
    with psycopg.connect(os.environ["PLAIN_DATABASE"]) as connection:
        (address,) = connection.execute(
            "select address from subscribers where id = %s", (subscriber_id,)
        ).fetchone() or ("",)
        articles = [
            {"title": title, "summary": summary}
            for title, summary in connection.execute(
                "select title, summary from articles order by id desc limit %s", (ARTICLES,)
            )
        ]
    words = {"subject": "Een editie", "articles": articles, "reader": subscriber_id}
    message = EmailMessage()
    message["From"] = "nieuwsbrief@ingovernment.example"
    message["To"] = address
    message["Subject"] = "Een editie"
    message.set_content("\n\n".join(article["summary"] for article in articles))
    html = mjml2html(Environment(autoescape=True).from_string(TEMPLATE).render(words), fonts={})
    message.add_alternative(html, subtype="html")
    with smtplib.SMTP("127.0.0.1", int(os.environ["PLAIN_PORT"])) as relay:
        relay.sendmail("nieuwsbrief@ingovernment.example", [address], message.as_bytes())
    with psycopg.connect(os.environ["PLAIN_DATABASE"]) as connection:
        connection.execute("insert into plain_sent (subscriber_id) values (%s)", (subscriber_id,))
