"""Creates users, as JSON on stdin lists them: [{"username", "password", "hasher", "token", …}, …]. Prints what they got, as JSON.

`hasher` encodes the password ("default", "argon2", …; "unusable" for none). `encoded` is stored as it is. `tokens`: logs the user in so many
times, without the cost of a comparison. Every other field is a field of the model.
"""
import json
import sys

import django

django.setup()
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from rest_framework_simplejwt.tokens import RefreshToken

User = get_user_model()
made = []
for person in json.load(sys.stdin):
    password, hasher, tokens = person.pop("password", None), person.pop("hasher", "default"), person.pop("tokens", 0)
    encoded = person.pop("encoded", None)
    if encoded is None:
        encoded = make_password(None if hasher == "unusable" else password, hasher="default" if hasher == "unusable" else hasher)
    user = User.objects.create(password=encoded, **person)
    pairs = [RefreshToken.for_user(user) for _ in range(tokens)]
    pairs = [{"refresh": str(pair), "access": str(pair.access_token)} for pair in pairs]
    made.append({"id": user.pk, "username": user.username, "encoded": encoded, "tokens": pairs})
json.dump(made, sys.stdout)
