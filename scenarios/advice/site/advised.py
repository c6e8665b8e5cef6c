"""The site of django-orm with the two settings that it has no variable for; to be imported before `wsgi`."""

import os

import app  # noqa: F401  configures Django
from django.conf import settings

database = settings.DATABASES["default"]

# Sessions are kept for good.
if os.environ.get("KEEP") == "forever":
    database["CONN_MAX_AGE"] = None

# psycopg's pool in Django 5.1: one for each process.
if size := int(os.environ.get("POOL", "0")):
    database["OPTIONS"]["pool"] = {"min_size": 1, "max_size": size, "timeout": 2}

from wsgi import application  # noqa: E402, F401
