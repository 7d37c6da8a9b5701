"""What an open port meets: requests that are broken, hostile or far too large. The right status, no crash, nothing kept in memory."""
import json
import pathlib
import random
import re
import socket

import pytest


def exchange(service, request, timeout=20):
    """All that comes back for these octets, until the server closes or is silent."""
    host, port = service.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=timeout) as connection:
        try:
            connection.sendall(request)
        except OSError:
            pass  # refused while still sending: what it answered is read below
        answer = b""
        try:
            while part := connection.recv(65536):
                answer += part
        except OSError:
            pass
        return answer


def get(target, *headers, version="1.1"):
    lines = [f"GET {target} HTTP/{version}".encode(), b"Host: a", b"Connection: close"]
    return b"\r\n".join(lines + [header if isinstance(header, bytes) else header.encode() for header in headers]) + b"\r\n\r\n"


def statuses(answer):
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answer)]


def resident(service):
    """The server's memory in octets."""
    text = pathlib.Path(f"/proc/{service.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", text).group(1)) * 1024


ADDRESSES = [
    # broken escapes
    ("/works?q=%", 400), ("/works?q=%zz", 400), ("/works?q=%ff", 400), ("/works?q=a%00b", 400), ("/%c0%af", 400),
    # climbing out of the web folder
    ("/../etc/passwd", 400), ("/..%2f..%2fetc%2fpasswd", 400), ("/%2e%2e/%2e%2e/etc/passwd", 400), ("/leaflet/../../../etc/passwd", 400),
    ("/locales/..%5c..%5cx", 400),
    # tiles outside the pyramid, and numbers that do not fit
    ("/tiles/works/23/0/0.png", 404), ("/tiles/works/1/2/0.png", 404), ("/tiles/works/1/0/2.png", 404), ("/tiles/works/-1/0/0.png", 404),
    ("/tiles/works/1/-1/0.png", 404), ("/tiles/works/99999999999999999999/0/0.png", 404),
    ("/tiles/works/2/18446744073709551616/0.png", 404), ("/tiles/works/1e1/0/0.png", 404), ("/tiles/works/2/0x1/0.png", 404),
    ("/tiles/works/0/0/0@3x.png", 404), ("/tiles/nothing/0/0/0.png", 404), ("/tiles/works/22/4194303/4194303.png", 200),
    # boxes
    ("/ogc/collections/works/items?bbox=nan,0,1,1", 400), ("/ogc/collections/works/items?bbox=0,0,inf,1", 400),
    ("/ogc/collections/works/items?bbox=0,0,1e999,1", 400), ("/ogc/collections/works/items?bbox=0,2,1,1", 400),
    ("/ogc/collections/works/items?bbox=0,0,1", 400), ("/ogc/collections/works/items?bbox=0,0,181,1", 400),
    ("/ogc/collections/works/items?bbox=170,-10,-170,10", 200),
    # parameters
    ("/ogc/collections/works/items?nonsense=1", 400), ("/ogc/collections/works/items?limit=0", 400),
    ("/ogc/collections/works/items?limit=x", 400), ("/ogc/collections/works/items?limit=99999999", 200),
    ("/ogc/collections/works/items?cursor=x!", 400), ("/ogc/collections/works/items?datetime=yesterday", 400),
    ("/ogc/collections/works/items?kind=pothole", 400), ("/ogc/collections/works/items?crs=EPSG:9999", 400),
]


@pytest.mark.parametrize("target, status", ADDRESSES, ids=[target for target, _ in ADDRESSES])
def test_an_address_gets_its_status_and_errors_are_problem_json(service, target, status):
    answer = exchange(service, get(target))
    assert statuses(answer) == [status]
    if status >= 400:
        head, body = answer.split(b"\r\n\r\n", 1)
        assert b"content-type: application/problem+json" in head.lower()
        assert b"cache-control: no-store" in head.lower()
        problem = json.loads(body)
        assert problem["status"] == status and problem["detail"] and b"passwd:" not in body


MESSAGES = {
    "a query of one megabyte": (get("/works?q=" + "a" * 1_000_000), {414, 431, 400}),
    "a header of one megabyte": (get("/works", "X-Long: " + "a" * 1_000_000), {431, 400}),
    "ten thousand headers": (get("/works", *[f"X-{n}: {n}" for n in range(10_000)]), {431, 400}),
    "a header without a colon": (get("/works", "nonsense"), {400}),
    "a NUL in a header": (get("/works", b"X-Nul: a\0b"), {400}),
    "no HTTP at all": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n", {400}),
    "a version that does not exist": (b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", {400, 505}),
    "a body on GET": (get("/health/live", "Content-Length: 5") + b"hello", {200}),
    "a length that is no number": (get("/health/live", "Content-Length: five"), {400}),
    "two lengths": (get("/health/live", "Content-Length: 5", "Content-Length: 6") + b"hello!", {400}),
    "length and chunks together": (get("/health/live", "Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n", {200, 400}),
    "a length beyond all numbers": (get("/health/live", "Content-Length: 18446744073709551615"), {413}),
    "a folded header": (get("/health/live", "X-Folded: a\r\n b"), {400}),
    "lines that end with a line feed alone": (b"GET /health/live HTTP/1.1\nHost: a\nConnection: close\n\n", {400, 505}),
    "octets beyond ASCII in the address": ("GET /works?q=мост HTTP/1.1\r\nHost: a\r\n\r\n".encode(), {400}),
    "no host": (b"GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n", {400}),
    "two hosts": (get("/health/live", "Host: b"), {400}),
    "a chunk of no size": (get("/health/live", "Transfer-Encoding: chunked") + b"zz\r\nabc\r\n0\r\n\r\n", {200, 400}),
    "a chunk of more octets than there are numbers": (get("/health/live", "Transfer-Encoding: chunked") + b"f" * 20 + b"\r\n", {200, 400}),
    "chunks with fields after them": (get("/health/live", "Transfer-Encoding: chunked") + b"3\r\nabc\r\n0\r\nX-After: 1\r\n\r\n", {200}),
    "chunks that are not the last coding": (get("/health/live", "Transfer-Encoding: chunked, identity") + b"0\r\n\r\n", {400}),
    "another protocol": (b"GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\nPRI * HTTP/2.0\r\n\r\n", {200}),
    "a tunnel": (b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\nhello", {404, 405}),
    "a body of a gigabyte, announced": (
        b"POST /open311/v2/requests.json HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000000000\r\n\r\n", {413}),
    "HTTP/1.0 without a host": (b"GET /health/live HTTP/1.0\r\n\r\n", {200}),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_that_is_not_as_it_should_be_is_answered_and_the_service_lives(service, name):
    message, expected = MESSAGES[name]
    found = statuses(exchange(service, message))
    assert found[:1] and found[0] in expected
    assert service.get("/health/live").status_code == 200


def test_pipelined_requests_are_answered_in_their_order(service):
    targets = ["/health/live", "/nowhere", "/health/ready", "/tiles/works/1/2/0.png"]
    message = b"".join(f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for target in targets) + get("/health/live")
    assert statuses(exchange(service, message)) == [200, 404, 200, 404, 200]


# A second request hidden in the body of the first, if the two ends of a connection do not agree where it ends.
SMUGGLED = [
    ("Content-Length: 6\r\nTransfer-Encoding: chunked", b"0\r\n\r\n"), ("Transfer-Encoding: chunked\r\nContent-Length: 6", b"0\r\n\r\n"),
    ("Transfer-Encoding : chunked", b"0\r\n\r\n"), ("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", b"0\r\n\r\n"),
    ("Content-Length: 5, 5", b"hello"), ("Content-Length: +5", b"hello"), ("Content-Length: 5\r\nContent-Length: 5", b"hello")]


@pytest.mark.parametrize("target", ["/health/live", "/tiles/works/7/1/1.png"])
@pytest.mark.parametrize("framing, body", SMUGGLED, ids=[framing for framing, _ in SMUGGLED])
def test_what_could_end_in_two_places_ends_the_connection(service, framing, body, target):
    message = f"GET {target} HTTP/1.1\r\nHost: a\r\n{framing}\r\n\r\n".encode() + body
    assert statuses(exchange(service, message + get("/nowhere"))) == [400]


def test_a_hundred_requests_of_all_sorts_on_one_connection_are_answered_in_their_order(service):
    source = random.Random(100)
    targets = ["/tiles/works/12/{}/1.png", "/tiles/works/3/9/{}.png", "/tiles/works/12/1/{}.mvt", "/health/live", "/nowhere/{}", "/works?limit=1",
               "/ogc/collections/works/items?limit=1", "/tiles/works/9/1/{}.png?nonsense=1", "/api/works/x", "/open311/v2/services.xml", "/tiles/works.json"]
    message = "".join(
        f"{source.choice(['GET', 'GET', 'HEAD'])} {source.choice(targets).format(source.randrange(200))} HTTP/1.1\r\nHost: a\r\nX-Request-Id: r{number}\r\n"
        + ("Connection: close\r\n" if number == 99 else "") + "\r\n" for number in range(100)).encode()
    answer = exchange(service, message, timeout=60)
    assert [int(number) for number in re.findall(rb"(?i)x-request-id: r(\d+)\r\n", answer)] == list(range(100))


@pytest.mark.parametrize("target", [
    "/", "/works", "/tiles/works/7/1/1.png", "/tiles/works/0/0/0.mvt", "/tiles/works.json", "/geojson/works.geojson", "/ogc?f=json",
    "/ogc/collections/works/items?limit=2&f=json", "/ogc/api", "/open311/v2/requests.xml", "/open311/v2/services.json", "/health/ready", "/metrics", "/nowhere"])
def test_head_has_the_head_of_get_and_nothing_after_it(service, target):
    def fields(answer):
        head, _, body = answer.partition(b"\r\n\r\n")
        lines = [line.lower() for line in head.split(b"\r\n")]
        varying = (b"date:", b"x-request-id:", b"etag:", b"cache-control:", b"content-length:", b"transfer-encoding:")
        return sorted(line for line in lines if not line.startswith(varying)), body

    asked, body = fields(exchange(service, get(target)))
    head, nothing = fields(exchange(service, get(target).replace(b"GET", b"HEAD", 1)))
    assert head == asked and body and not nothing


def test_two_thousand_bad_requests_leave_no_memory_behind(service):
    messages = [message for message, _ in MESSAGES.values()] + [get(target) for target, _ in ADDRESSES]

    def flood(count):
        for number in range(count):
            exchange(service, messages[number % len(messages)])

    flood(500)
    before = resident(service)
    flood(2000)
    assert resident(service) - before < 64 * 1024 * 1024
    assert service.get("/health/ready").status_code == 200
