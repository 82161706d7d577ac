from cookies import clear_tokens, set_tokens
from django.urls import path
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.tokens import RefreshToken, TokenError
from rest_framework_simplejwt.views import TokenBlacklistView, TokenObtainPairView, TokenRefreshView, TokenVerifyView


class LogIn(TokenObtainPairView):
    def post(self, request, *args, **kwargs):
        return set_tokens(super().post(request, *args, **kwargs))


class Refresh(TokenRefreshView):
    def get_serializer(self, *args, data=None, **kwargs):
        fields = {"refresh": self.request.COOKIES.get("refresh_token"), **data}
        return super().get_serializer(*args, data={name: value for name, value in fields.items() if value}, **kwargs)

    def post(self, request, *args, **kwargs):
        return set_tokens(super().post(request, *args, **kwargs))


class Profile(APIView):
    permission_classes = [IsAuthenticated]

    def get(self, request):
        return Response({"username": request.user.username})


class LogOut(APIView):
    permission_classes = [IsAuthenticated]

    def post(self, request):
        token = request.data.get("refresh") or request.COOKIES.get("refresh_token")
        try:
            RefreshToken(token).blacklist()
        except (AttributeError, TokenError):
            pass
        return clear_tokens(Response({"detail": "Successfully logged out."}))


urlpatterns = [
    path("api/token/", LogIn.as_view()),
    path("api/token/refresh/", Refresh.as_view()),
    path("api/token/verify/", TokenVerifyView.as_view()),
    path("api/token/blacklist/", TokenBlacklistView.as_view()),
    path("api/user/profile/", Profile.as_view()),
    path("api/user/logout/", LogOut.as_view()),
]
