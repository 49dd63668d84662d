"""Entries of a blog."""

from django.db import models
from django.urls import reverse


class Entry(models.Model):
    """An entry that may be commented on while it is open."""

    title = models.CharField(max_length=200)
    open = models.BooleanField(default=True)

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("entry", args=[self.pk])
