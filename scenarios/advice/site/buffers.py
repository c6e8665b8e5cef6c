"""A middleware that takes the whole response, closes it on the thread that made it, and hands out a list of bytes.

Streams are no streams any more, and one that fails, fails before anything of it was sent.
"""

from advised import application as inner


def application(environ, start_response):
    response = inner(environ, start_response)
    try:
        return [b"".join(response)]
    finally:
        response.close()
