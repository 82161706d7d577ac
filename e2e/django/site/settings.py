"""The settings of a site as people have it before they move: DRF and simplejwt, with tokens in cookies and in bodies."""
import os
from datetime import timedelta

SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "rest_framework"]
# With the blacklist, logout and rotation are remembered. Many sites have neither.
if os.environ["DJANGO_BLACKLIST"] == "on":
    INSTALLED_APPS.append("rest_framework_simplejwt.token_blacklist")
MIDDLEWARE = ["cookies.TokenFromCookie"]
if os.environ["DJANGO_USER_MODEL"] != "auth.User":
    AUTH_USER_MODEL = os.environ["DJANGO_USER_MODEL"]
    INSTALLED_APPS.append("api")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": os.environ["DJANGO_DATABASE_HOST"],
        "PORT": os.environ["DJANGO_DATABASE_PORT"],
        "NAME": os.environ["DJANGO_DATABASE_NAME"],
        "USER": os.environ["DJANGO_DATABASE_USER"],
        "PASSWORD": os.environ["DJANGO_DATABASE_PASSWORD"],
    }
}
REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework_simplejwt.authentication.JWTAuthentication"]}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(seconds=int(os.environ["DJANGO_ACCESS_SECONDS"])),
    "ROTATE_REFRESH_TOKENS": os.environ["DJANGO_ROTATE"] == "on",
    "BLACKLIST_AFTER_ROTATION": os.environ["DJANGO_ROTATE"] == "on" and os.environ["DJANGO_BLACKLIST"] == "on",
}
# Django 3.2 has no scrypt.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers." + name
    for name in (
        "PBKDF2PasswordHasher",
        "PBKDF2SHA1PasswordHasher",
        "Argon2PasswordHasher",
        "BCryptSHA256PasswordHasher",
        "BCryptPasswordHasher",
    )
]
