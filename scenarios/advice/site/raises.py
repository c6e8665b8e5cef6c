"""The same generator, ended by `raise StopIteration` as it is often written: since Python 3.7 that is a RuntimeError.

The server learns of it after it has been given the whole response.
"""

from advised import application as inner


def application(environ, start_response):
    response = inner(environ, start_response)
    try:
        yield from response
    finally:
        response.close()
    raise StopIteration
