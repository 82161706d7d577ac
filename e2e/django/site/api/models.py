from django.contrib.auth.models import AbstractUser
from django.db import models


class GenericUser(AbstractUser):
    birth_date = models.DateField(null=True)

    class Meta:
        db_table = "api_genericuser"
