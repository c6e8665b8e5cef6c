"""A FastAPI shop on SQLAlchemy's pool of 5 sessions and 5 more, with one mistake at a time, named by MISTAKE.

| MISTAKE | what is wrong |
|---|---|
| none | nothing |
| engine-per-error | the handler of errors makes an engine of its own each time, to write the failure down |
| kept-error | the reporter of errors keeps them, and with each its frames and the session in them |
| open-transaction | the basket is read in a transaction that nobody ends |
"""

import os

import psycopg
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from sqlalchemy import create_engine, text

MISTAKE = os.environ.get("MISTAKE", "none")


def new_engine():
    # libpq reads the PG* variables by itself; DATABASE_URL, when there is one, goes before them.
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: psycopg.connect(os.environ.get("DATABASE_URL", "")),
        pool_size=5,
        max_overflow=5,
        pool_timeout=2,
    )


engine = new_engine()
engines = []
reported = []
baskets = []
app = FastAPI(openapi_url=None)


class OutOfStock(Exception):
    pass


@app.get("/health/")
def health():
    return "ok"


@app.get("/items/{number}/")
def item(number: int):
    with engine.connect() as connection:
        row = connection.execute(text("SELECT CAST(:number AS int), pg_sleep(0.002)"), {"number": number}).one()
        if number > 100:
            raise HTTPException(404)
        return {"number": row[0], "name": f"item {row[0]}"}


@app.post("/orders/")
def order(item: int):
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.execute(text("SELECT CAST(:item AS int) AS ordered"), {"item": item})
    if item % 10 == 0:
        if MISTAKE != "kept-error":
            connection.close()
        raise OutOfStock(item)
    connection.close()
    return {"ordered": item}


@app.get("/basket/")
def basket():
    if MISTAKE == "open-transaction" and not baskets:
        baskets.append(engine.connect())
        baskets[0].execute(text("SELECT 'the basket' FROM pg_class LIMIT 1"))
    return {"items": 0}


@app.exception_handler(OutOfStock)
def out_of_stock(request: Request, error: OutOfStock):
    if MISTAKE == "kept-error":
        reported.append(error)
    if MISTAKE == "engine-per-error":
        engines.append(new_engine())
        with engines[-1].connect() as connection:
            connection.execute(text("SELECT 'a failure is written down'"))
    return JSONResponse({"problem": "out of stock"}, status_code=409)
