"""A client as simplejwt's documentation has it: tokens in bodies and in the Authorization header, no cookies.

Takes the API's origin, a username and a password of digits. Prints, as JSON, the status of each answer and its body, with a token named by its type.
"""
import base64
import json
import sys

import requests

origin, username, password = sys.argv[1:]
steps = {}


def call(step, method, path, **sent):
    # Not a session: nothing keeps cookies.
    answer = requests.request(method, origin + path, timeout=10, **sent)
    steps[step] = [answer.status_code, {name: named(value) for name, value in answer.json().items()}]
    return answer.json()


def named(value):
    parts = value.split(".") if isinstance(value, str) else []
    if len(parts) != 3:
        return value
    payload = parts[1] + "=" * (-len(parts[1]) % 4)
    return json.loads(base64.urlsafe_b64decode(payload))["token_type"]


def bearer(tokens):
    return {"Authorization": "Bearer " + tokens["access"]}


credentials = {"username": username, "password": password}
call("a wrong password", "POST", "/api/token/", json={**credentials, "password": "wrong"})
call("a form", "POST", "/api/token/", data=credentials)
call("nothing", "POST", "/api/token/", json={})
call("a number", "POST", "/api/token/", json={"username": username, "password": int(password)})
tokens = call("login", "POST", "/api/token/", json=credentials)
call("profile", "GET", "/api/user/profile/", headers=bearer(tokens))
call("profile with a refresh token", "GET", "/api/user/profile/", headers={"Authorization": "Bearer " + tokens["refresh"]})
call("profile without a token", "GET", "/api/user/profile/")
call("verify access", "POST", "/api/token/verify/", json={"token": tokens["access"]})
call("verify refresh", "POST", "/api/token/verify/", json={"token": tokens["refresh"]})
call("verify garbage", "POST", "/api/token/verify/", json={"token": "garbage"})
call("verify nothing", "POST", "/api/token/verify/", json={})
call("refresh with an access token", "POST", "/api/token/refresh/", json={"refresh": tokens["access"]})
tokens = call("refresh", "POST", "/api/token/refresh/", json={"refresh": tokens["refresh"]})
call("profile after the refresh", "GET", "/api/user/profile/", headers=bearer(tokens))
call("blacklist an access token", "POST", "/api/token/blacklist/", json={"refresh": tokens["access"]})
call("blacklist", "POST", "/api/token/blacklist/", json={"refresh": tokens["refresh"]})
call("blacklist again", "POST", "/api/token/blacklist/", json={"refresh": tokens["refresh"]})
call("verify after the blacklist", "POST", "/api/token/verify/", json={"token": tokens["refresh"]})
call("refresh after the blacklist", "POST", "/api/token/refresh/", json={"refresh": tokens["refresh"]})
json.dump(steps, sys.stdout)
