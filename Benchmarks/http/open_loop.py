#!/usr/bin/env python3
"""Asks for tiles at a steady rate, on a connection each, whether or not the answers keep up.

    open_loop.py PORT RATE SECONDS LEFT RIGHT TOP BOTTOM      columns and rows of zoom 13

Prints a line an answer: its status (0 if the connection failed), the seconds since it was due, and Retry-After or "".
"""
import asyncio
import sys
import time


async def ask(port, path, due, answers):
    status, retry = 0, ""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read(-1)
        head = answer.split(b"\r\n\r\n", 1)[0].decode().split("\r\n")
        status = int(head[0].split()[1])
        retry = next((line.split(":", 1)[1].strip() for line in head if line.lower().startswith("retry-after:")), "")
        writer.close()
    except (OSError, IndexError, ValueError):
        pass
    answers.append((status, time.perf_counter() - due, retry))


async def main():
    port, rate, seconds = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    left, right, top, bottom = map(int, sys.argv[4:8])
    answers, waiting = [], set()
    began = time.perf_counter()
    for number in range(int(rate * seconds)):
        due = began + number / rate
        if (early := due - time.perf_counter()) > 0:
            await asyncio.sleep(early)
        x, y = left + number % (right - left + 1), top + number // (right - left + 1) % (bottom - top + 1)
        task = asyncio.create_task(ask(port, f"/tiles/works/13/{x}/{y}.png", max(due, time.perf_counter() - 0.01), answers))
        waiting.add(task)
        task.add_done_callback(waiting.discard)
    await asyncio.gather(*waiting)
    for status, took, retry in answers:
        print(status, f"{took:.6f}", retry)


asyncio.run(main())
