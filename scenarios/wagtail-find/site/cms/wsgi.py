import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")
application = get_wsgi_application()

# A leak that the cyclic collector cleans up now and then is a noisy plateau; without the collector it is exact.
if os.environ.get("GC") == "off":
    gc.disable()
