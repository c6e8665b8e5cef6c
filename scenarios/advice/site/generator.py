"""The middleware that goes round: a generator passes the response through and closes it when it is at its end.

It closes on the thread that iterates, and only if somebody iterates to the end or closes the generator.
"""

from advised import application as inner


def application(environ, start_response):
    response = inner(environ, start_response)
    try:
        yield from response
    finally:
        response.close()
