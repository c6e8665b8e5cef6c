"""Settings, views and URLs of a Django site with no models: one URL for each way that a request can end.

No middleware and no templates, so that nothing but the view opens a database session. Django opens one per thread, at
the first query, and closes it when the response is closed (CONN_MAX_AGE=0): that close is what a server may forget.
"""

import gc
import os

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import path
from psycopg.conninfo import conninfo_to_dict

# libpq reads PGHOST, PGPORT, PGUSER and PGPASSWORD by itself; DATABASE_URL, when there is one, goes before them.
session = conninfo_to_dict(os.environ.get("DATABASE_URL", ""))

settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": session.pop("dbname", None) or os.environ.get("PGDATABASE", "postgres"),
            "OPTIONS": session,
            "CONN_MAX_AGE": int(os.environ.get("CONN_MAX_AGE", "0")),
        }
    },
    DEBUG=False,
    MIDDLEWARE=[],
    ROOT_URLCONF=__name__,
    SECRET_KEY="signs nothing here",
)


def ask(what, seconds=0.0):
    """One query. `what` stays visible as the last query of a session that is left behind."""
    with connection.cursor() as cursor:
        if seconds:
            cursor.execute("SELECT %s, pg_sleep(%s)", [what, seconds])
        else:
            cursor.execute("SELECT %s", [what])
        return cursor.fetchone()[0] + "\n"


def health(request):
    return HttpResponse(f"ok, pid {os.getpid()}, gc {'on' if gc.isenabled() else 'off'}\n")


def query(request):
    return HttpResponse(ask("a query"))


def query_404(request):
    ask("a query, then 404")
    raise Http404


def query_500(request):
    ask("a query, then 500")
    raise RuntimeError("on purpose: a query, then 500")


def no_query(request):
    return HttpResponse("no query\n")


def redirected(request):
    ask("a redirect")
    return redirect("/query/")


def stream(request):
    def body():
        for _ in range(4):
            yield ask("a stream")  # lazily, while the server iterates over the body

    return StreamingHttpResponse(body(), content_type="text/plain")


def stream_fails(request):
    def body(line):
        yield line
        yield line
        raise RuntimeError("on purpose: a stream that fails")

    return StreamingHttpResponse(body(ask("a stream that fails")), content_type="text/plain")


def slow(request):
    return HttpResponse(ask("a slow query", seconds=0.2))


urlpatterns = [
    path("health/", health),
    path("query/", query),
    path("query-404/", query_404),
    path("query-500/", query_500),
    path("no-query/", no_query),
    path("redirect/", redirected),
    path("stream/", stream),
    path("stream-fails/", stream_fails),
    path("slow/", slow),
]
