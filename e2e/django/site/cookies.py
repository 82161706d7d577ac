"""The middleware that sites with tokens in cookies have: DRF reads them from the header alone."""


class TokenFromCookie:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        token = request.COOKIES.get("access_token")
        if token and "HTTP_AUTHORIZATION" not in request.META:
            request.META["HTTP_AUTHORIZATION"] = "Bearer " + token
        return self.get_response(request)


def set_tokens(response):
    """Sets the cookies of the tokens that an answer's body has."""
    for name in ("access", "refresh"):
        if name in (response.data or {}):
            response.set_cookie(name + "_token", response.data[name], httponly=True, samesite="Lax")
    return response


def clear_tokens(response):
    for name in ("access_token", "refresh_token"):
        response.delete_cookie(name, samesite="Lax")
    return response
