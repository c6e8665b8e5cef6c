"""A Wagtail site as `wagtail start` makes one, with the API, redirects and images switched on and nothing to build."""

import os
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

BASE_DIR = Path(__file__).resolve().parent.parent

# libpq reads PGHOST, PGPORT, PGUSER and PGPASSWORD by itself; DATABASE_URL, when there is one, goes before them.
session = conninfo_to_dict(os.environ.get("DATABASE_URL", ""))
max_age = os.environ.get("CONN_MAX_AGE", "0")

ALLOWED_HOSTS = ["*"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": session.pop("dbname", None) or os.environ.get("PGDATABASE", "postgres"),
        "OPTIONS": session,
        "CONN_MAX_AGE": None if max_age == "none" else int(max_age),
    }
}
DEBUG = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "cms",
    "wagtail.api.v2",
    "wagtail.contrib.redirects",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.users",
    "wagtail.sites",
    "wagtail.admin",
    "wagtail",
    "taggit",
    "rest_framework",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
LOGGING = {"version": 1, "disable_existing_loggers": True}
MEDIA_ROOT = os.environ.get("MEDIA_ROOT", BASE_DIR / "media")
MEDIA_URL = "/media/"
MIDDLEWARE = [
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ROOT_URLCONF = "cms.urls"
SECRET_KEY = "signs nothing that is worth anything"
STATIC_URL = "/static/"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
USE_TZ = True
WAGTAIL_SITE_NAME = "Seep's example"
WAGTAILADMIN_BASE_URL = "http://localhost"
WAGTAILAPI_BASE_URL = ""
WSGI_APPLICATION = "cms.wsgi.application"
