"""What a server loads that speaks ASGI, in each of its workers."""

import gc
import os

import app  # configures Django  # noqa: F401
from django.core.asgi import get_asgi_application

application = get_asgi_application()

if os.environ.get("GC") == "off":
    gc.disable()
