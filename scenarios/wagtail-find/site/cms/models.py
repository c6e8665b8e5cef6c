from django.db import models
from rest_framework.fields import CharField
from wagtail.api import APIField
from wagtail.fields import RichTextField
from wagtail.images.api.fields import ImageRenditionField
from wagtail.images.models import Image
from wagtail.models import Page


class ArticlePage(Page):
    """A page with a text and a picture, which the API tells too."""

    text = RichTextField()
    picture = models.ForeignKey(Image, null=True, on_delete=models.SET_NULL, related_name="+")

    api_fields = [
        APIField("text", serializer=CharField()),
        APIField("picture"),
        APIField("thumbnail", serializer=ImageRenditionField("fill-80x60", source="picture")),
    ]
    template = "cms/article.html"
