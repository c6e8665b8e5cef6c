"""A WSGI application with SQLAlchemy's QueuePool: keeps 5 sessions, opens up to 10 more when they are all out.

The query takes a few milliseconds, so that eight threads need more than five sessions at once. What is over is closed
when it comes back and opened again under the next load: the count stays at 5, the sessions change.
"""

import os

import psycopg
from sqlalchemy import create_engine, text

# libpq reads the PG* variables by itself; DATABASE_URL, when there is one, goes before them.
engine = create_engine(
    "postgresql+psycopg://",
    creator=lambda: psycopg.connect(os.environ.get("DATABASE_URL", "")),
    pool_size=5,
    max_overflow=10,
)


def query():
    with engine.connect() as connection:
        return connection.scalar(text("SELECT 'a query' FROM pg_sleep(0.005)"))


PAGES = {"/health/": lambda: "ok", "/query/": query}


def application(environ, start_response):
    page = PAGES.get(environ["PATH_INFO"])
    body = (page() if page else "not found").encode() + b"\n"
    start_response(
        "200 OK" if page else "404 Not Found",
        [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))],
    )
    return [body]
