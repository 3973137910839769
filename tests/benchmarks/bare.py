"""The bare page to measure sign-ups against: read two fields, insert one row, redirect."""

import os

from flask import Flask, redirect, request
from psycopg_pool import ConnectionPool
from werkzeug.wrappers import Response

application = Flask("bare")
pool = ConnectionPool(os.environ["BARE_DATABASE"], min_size=4, max_size=8, open=False)


@application.post("/aanmelden")
def keep() -> Response:
    """One row, and nothing that a person or the law would miss is looked at."""
    if pool.closed:
        pool.open()
    with pool.connection() as connection:
        connection.execute(
            "insert into bare_rows (address, cadence) values (%s, %s)",
            (request.form["address"], request.form["cadence"]),
        )
    return redirect("/aanmelden/gelukt", 303)


@application.get("/")
def ready() -> str:
    """That it is up."""
    return "ok"
