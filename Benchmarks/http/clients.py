#!/usr/bin/env python3
"""Clients of one kind, each with an address of its own, as a process of their own so that they do not wait for others.

    clients.py KIND PORT SECONDS COUNT TOKEN

KIND is one of
  people      load the map's page, its files and tiles, read a page of works and now and then sign in; half a second between requests
  attackers   ask the dearest questions on twelve connections each, without a pause, never the same twice
  analysts    ask for hotspots and statistics on one connection each
  idlers      open a connection, send half a request and wait; a new one when they are hung up on
  slow        load the whole layer at 4 kB a second
  filters     ask for tiles with a filter of 100 to 2 000 octets that nobody asked with before, on one connection each, until COUNT are answered

Prints one line of JSON an answer that people got: what was asked, the status (0 if the connection ended without one) and the seconds it took;
of the other kinds one line with how many answers of which status they got.
"""
import asyncio
import collections
import json
import sys
import time
import urllib.parse

KIND, PORT, SECONDS, COUNT, TOKEN = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
NETWORK = {"people": 2, "attackers": 3, "analysts": 4, "idlers": 5, "slow": 6, "filters": 7}[KIND]
END = time.monotonic() + SECONDS
CONDITION = urllib.parse.quote(" OR ".join(["ACCENTI(CASEI(description))='n'"] * 20))
DEAR = [f"/ogc/collections/works/items?filter={CONDITION}&limit={{n}}", "/api/hotspots?near=basemap&within={n}",
        "/api/statistics?group=contractor&q=a{n}", "/works?q=" + "+".join("abcdefghijklmnopqrs") + "+{n}"]
tally = collections.Counter()


def address(client):
    return f"127.{NETWORK}.{client // 200}.{1 + client % 200}"


async def connect(client):
    return await asyncio.open_connection("127.0.0.1", PORT, local_addr=(address(client), 0), limit=1 << 20)


async def ask(client, path, method="GET", body=""):
    """The status of one answer on a connection of its own; 0 if there was none."""
    try:
        reader, writer = await connect(client)
    except OSError:
        return 0
    try:
        form = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n" if body else ""
        writer.write(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{form}\r\n{body}".encode())
        answer = await reader.read(-1)
        return int(answer[9:12] or 0)
    except (OSError, ValueError):
        return 0
    finally:
        writer.close()


async def person(client):
    asked = [("page", "/", "GET", ""), ("file", "/leaflet/leaflet.js", "GET", ""), ("file", "/style.css", "GET", ""),
             *[("tile", "/tiles/works/{z}/{x}/{y}.png", "GET", "")] * 6, ("page", "/works", "GET", ""),
             ("sign-in", "/staff/login", "POST", f"token={TOKEN}")]
    for turn in range(client, 1_000_000):
        if time.monotonic() > END:
            return
        what, path, method, body = asked[turn % len(asked)]
        x, y = TILES[(client * 97 + turn) % len(TILES)]
        began = time.monotonic()
        status = await ask(client, path.format(z=14, x=x, y=y), method, body)
        print(json.dumps([what, status, time.monotonic() - began]))
        await asyncio.sleep(max(0, 0.5 - (time.monotonic() - began)))


async def questioner(client, number, pause):
    turn = number
    while time.monotonic() < END:
        path = DEAR[turn % len(DEAR)] if KIND == "attackers" else DEAR[1 + turn % 2]
        tally[await ask(client, path.format(n=1 + (client * 1009 + turn * 31) % 9000))] += 1
        turn += 1
        await asyncio.sleep(pause)


async def idler(client):
    while time.monotonic() < END:
        try:
            reader, writer = await connect(client)
            writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nX-Half: ")
            try:
                await asyncio.wait_for(reader.read(-1), max(0.01, END - time.monotonic()))
                tally["hung up on"] += 1
            finally:
                writer.close()
        except (OSError, asyncio.TimeoutError):
            pass
        await asyncio.sleep(0.2)


async def slow_reader(client):
    while time.monotonic() < END:
        try:
            reader, writer = await connect(client)
            writer.write(b"GET /geojson/works.geojson HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            status = (await reader.read(4096))[9:12].decode()
            tally[status] += 1
            while time.monotonic() < END and await reader.read(2048):
                await asyncio.sleep(0.5)
            writer.close()
        except OSError:
            tally["0"] += 1
        await asyncio.sleep(1)


async def filterer(client, clients):
    for number in range(client, COUNT, clients):
        x, y = TILES[number % len(TILES)]
        text = f"w{number}" + "x" * (number % 20 * 100)
        # Every hundredth is a search for words, which reads the database; the others are answered from memory.
        wanted = [f"category={text}", f"district={text}", f"bbox=-180,-80,180,{80 + number / COUNT:.7f}", f"contractor=a,{text}"][number % 4]
        query = f"q={text}" if number % 100 == 0 else wanted
        while (status := await ask(client, f"/tiles/works/14/{x}/{y}.png?{query}")) == 503:
            tally[status] += 1
            await asyncio.sleep(0.5)
        tally[status] += 1


async def main():
    if KIND == "people":
        await asyncio.gather(*map(person, range(COUNT)))
    elif KIND == "attackers":
        await asyncio.gather(*(questioner(client, number, 0) for client in range(COUNT) for number in range(12)))
    elif KIND == "analysts":
        await asyncio.gather(*(questioner(client, client, 0.1) for client in range(COUNT)))
    elif KIND == "idlers":
        await asyncio.gather(*map(idler, range(COUNT)))
    elif KIND == "slow":
        await asyncio.gather(*map(slow_reader, range(COUNT)))
    else:
        await asyncio.gather(*(filterer(client, 64) for client in range(64)))
    if KIND != "people":
        print(json.dumps({str(status): count for status, count in sorted(tally.items(), key=str)}))


TILES = [tuple(tile) for tile in json.loads(sys.stdin.readline())]
asyncio.run(main())
