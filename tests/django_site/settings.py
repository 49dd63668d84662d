"""The site's settings.  The environment says what differs from test to test.

- ``SITE_FOLDER``: where the database is; in memory if it is not given
- ``SITE_COMMENTS``: ``xtd`` for django-comments-xtd
- ``SITE_CONFIRM``: with it, a comment counts once its sender has followed a link in an e-mail
- ``SITE_MODSPAM``: the setting ``MODSPAM``, as JSON
- ``SITE_APPS_FIRST``: apps to put before all others
"""

import json
import os
from pathlib import Path

_folder = os.environ.get("SITE_FOLDER")
_xtd = os.environ.get("SITE_COMMENTS") == "xtd"

SECRET_KEY = "for tests only"  # noqa: S105 - so it is
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
INSTALLED_APPS = [
    *os.environ.get("SITE_APPS_FIRST", "").split(),
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.staticfiles",
    "django_site.blog",
    *(["rest_framework", "django_comments_xtd"] if _xtd else []),
    "django_comments",
    "modspam.contrib.django",
]
INSTALLED_APPS = list(dict.fromkeys(INSTALLED_APPS))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {name: {"handlers": ["console"], "level": "WARNING"} for name in ("django", "modspam")},
}
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
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
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": Path(_folder, "site.sqlite3") if _folder else ":memory:",
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
if _folder:  # a newer Django has other names for these, and warns
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = Path(_folder, "mail")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast
ROOT_URLCONF = "django_site.urls"
SITE_ID = 1
STATIC_URL = "/static/"
USE_TZ = True

COMMENTS_APP = "django_comments_xtd" if _xtd else "django_comments"
COMMENTS_XTD_CONFIRM_EMAIL = "SITE_CONFIRM" in os.environ
COMMENTS_XTD_THREADED_EMAILS = False
MODSPAM = json.loads(os.environ.get("SITE_MODSPAM", "{}"))
