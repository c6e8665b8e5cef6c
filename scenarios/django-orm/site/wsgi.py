"""What every server loads, in each of its workers."""

import gc
import os

import app  # configures Django  # noqa: F401
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

# A leak that the cyclic collector cleans up now and then is a noisy plateau; without the collector it is exact.
if os.environ.get("GC") == "off":
    gc.disable()
