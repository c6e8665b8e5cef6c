"""Makes the tables and fills them: a home page, three sections, sixty articles, three pictures, twenty old addresses."""

import io
import os
import random

import django
from django.core.files.images import ImageFile
from django.core.files.storage import default_storage
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")
django.setup()

from cms.models import ArticlePage  # noqa: E402
from PIL import Image as Picture  # noqa: E402
from wagtail.contrib.redirects.models import Redirect  # noqa: E402
from wagtail.images.models import Image  # noqa: E402
from wagtail.models import Page, Site  # noqa: E402

call_command("migrate", verbosity=0)


def picture(title, width, height):
    # Noise does not compress: the largest is some 2 MB, long enough for a slow reader.
    noise = Picture.frombytes("RGB", (width, height), random.Random(title).randbytes(width * height * 3))
    file = io.BytesIO()
    noise.save(file, "PNG")
    # A database of before may have left it there, and a second of that name would get another.
    default_storage.delete(f"original_images/{title}.png")
    return Image.objects.create(title=title, file=ImageFile(file, name=f"{title}.png"))


def article(parent, title, slug, image):
    return parent.add_child(
        instance=ArticlePage(title=title, slug=slug, text=f"<p>{title}. {'A sentence of a page. ' * 40}</p>", picture=image)
    )


if not ArticlePage.objects.exists():
    pictures = [picture("small", 80, 60), picture("middle", 400, 300), picture("big", 900, 750)]
    Page.objects.filter(depth=2).delete()
    home = article(Page.objects.get(depth=1), "Home", "home", pictures[1])
    Site.objects.all().delete()
    Site.objects.create(hostname="127.0.0.1", port=80, root_page=home, is_default_site=True)
    for section in ["about", "news", "projects"]:
        parent = article(home, section.title(), section, pictures[0])
        for number in range(1, 21):
            article(parent, f"{section.title()} {number}", f"{section}-{number}", pictures[number % 2])
    news = Page.objects.get(slug="news")
    for number in range(1, 21):
        target = Page.objects.get(slug=f"news-{number}") if number % 2 else news
        Redirect.objects.create(old_path=f"/old/{number}", redirect_page=target, is_permanent=number % 3 == 0)
