"""The rules of OGC API - Features, parts 1 and 2, one by one against the running service, over every collection."""
import math

import pytest
import requests

CRS84, EPSG4326, EPSG3857 = (f"http://www.opengis.net/def/crs/{name}" for name in ("OGC/1.3/CRS84", "EPSG/0/4326", "EPSG/0/3857"))
COLLECTIONS = ["works", "road_repairs", "outages", "hazards", "schools", "districts", "roads"]
RESOURCES = ["", "/conformance", "/api", "/collections", "/collections/works", "/collections/works/items?limit=2",
             "/collections/works/queryables", "/collections/works/schema", "/tiles", "/tileMatrixSets"]


@pytest.fixture(scope="module")
def ogc(service):
    def get(address, **headers):
        return requests.get(address if address.startswith("http") else f"{service.url}/ogc{address}", headers=headers, timeout=60)
    return get


def rels(document):
    return {link["rel"] for link in document["links"]}


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_resource_comes_in_two_forms_with_its_links_and_answers_as_caches_and_other_origins_expect(ogc, resource):
    answer = ogc(resource)
    assert answer.status_code == 200 and answer.headers["access-control-allow-origin"] == "*"
    assert 'rel="self"' in answer.headers["link"] and 'rel="alternate"' in answer.headers["link"]
    if "links" in answer.json():
        assert {"self", "alternate"} <= rels(answer.json())
    assert ogc(resource, **{"If-None-Match": answer.headers["etag"]}).status_code == 304
    head = requests.head(answer.url, timeout=60)
    assert head.status_code == 200 and head.headers["content-type"] == answer.headers["content-type"] and not head.content
    joint = "&" if "?" in resource else "?"
    for page in (ogc(f"{resource}{joint}f=html"), ogc(resource, Accept="text/html,application/xml;q=0.9,*/*;q=0.8")):
        assert page.headers["content-type"].startswith("text/html")
    assert ogc(resource, Accept="image/png").status_code == 406
    refused = ogc(f"{resource}{joint}nonsense=1")
    assert refused.status_code == 400 and refused.json()["parameter"] == "nonsense"


def test_the_landing_page_leads_to_what_a_client_needs(ogc):
    document = ogc("").json()
    assert {"service-desc", "service-doc", "conformance", "data"} <= rels(document)
    for link in document["links"]:
        assert ogc(link["href"], Accept=link["type"]).headers["content-type"].split(";")[0] == link["type"].split(";")[0]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_a_collection_says_where_its_features_are_and_in_which_systems(ogc, name):
    collection = ogc(f"/collections/{name}").json()
    assert collection in [{**other, "links": collection["links"]} for other in ogc("/collections").json()["collections"]]
    assert set(collection["crs"]) == {CRS84, EPSG4326, EPSG3857} and collection["storageCrs"] in collection["crs"]
    assert {link["type"] for link in collection["links"] if link["rel"] == "items"} == {"application/geo+json", "text/html"}
    for link in collection["links"]:
        assert requests.head(link["href"], headers={"Accept": link["type"]}, timeout=60).status_code == 200, link
    page = ogc(f"/collections/{name}/items?limit=3")
    features = page.json()
    assert page.headers["content-type"] == "application/geo+json" and page.headers["content-crs"] == f"<{CRS84}>"
    assert features["numberReturned"] == len(features["features"]) == 3 <= features["numberMatched"] and features["timeStamp"].endswith("Z")
    # The extent holds every feature.
    box = ",".join(map(str, collection["extent"]["spatial"]["bbox"][0]))
    assert ogc(f"/collections/{name}/items?limit=1&bbox={box}").json()["numberMatched"] == features["numberMatched"]
    for feature in features["features"]:
        one = ogc(f"/collections/{name}/items/{requests.utils.quote(feature['id'], safe='')}")
        assert one.json()["properties"] == feature["properties"] and one.json()["geometry"] == feature["geometry"]
        assert {"self", "alternate", "collection"} <= rels(one.json())


@pytest.mark.parametrize("name", ["schools", "districts", "roads", "hazards"])
def test_the_pages_laid_end_to_end_are_the_collection(ogc, name):
    seen, address = [], f"/collections/{name}/items?limit=997"
    while address:
        page = ogc(address).json()
        seen += [feature["id"] for feature in page["features"]]
        address = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert len(seen) == len(set(seen)) == page["numberMatched"]


@pytest.mark.parametrize("name", COLLECTIONS)
@pytest.mark.parametrize("query", [
    "limit=0", "limit=-1", "limit=a", "limit=", "limit=1&limit=2", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=nan,1,2,3", "bbox=1,2,3,inf", "bbox=1,5,3,2",
    "bbox=", "datetime=x", "datetime=2026-02-01T00:00:00Z/2026-01-01T00:00:00Z", "crs=EPSG:9", "crs=", "bbox-crs=x", "cursor=%21",
    "filter=x%3D", "filter-lang=x", "filter-crs=x",
])
def test_a_malformed_value_is_refused_and_named(ogc, name, query):
    answer = ogc(f"/collections/{name}/items?{query}")
    assert answer.status_code == 400 and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["parameter"] == query.split("=")[0]


def test_more_than_the_largest_limit_is_the_largest(ogc):
    page = ogc("/collections/works/items?limit=99999999999999999999").json()
    assert page["numberReturned"] == 10000 < page["numberMatched"]


@pytest.mark.parametrize("address", ["/collections/none", "/collections/none/items", "/collections/basemap", "/collections/works/items/none"])
def test_what_is_not_there_is_404(ogc, address):
    assert ogc(address).status_code == 404


def test_axes_are_in_the_order_of_each_systems_authority(ogc, service):
    def mercator(longitude, latitude):
        radius = 6378137
        return math.radians(longitude) * radius, math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)) * radius

    school = ogc("/collections/schools/items?limit=1").json()["features"][0]
    places = {}
    for crs in (CRS84, EPSG4326, EPSG3857):
        answer = ogc(f"/collections/schools/items/{requests.utils.quote(school['id'], safe='')}?crs={crs}")
        assert answer.headers["content-crs"] == f"<{crs}>"
        places[crs] = answer.json()["geometry"]["coordinates"]
    assert school["geometry"]["type"] == "Point" and places[EPSG4326] == places[CRS84][::-1]
    assert places[EPSG3857] == pytest.approx(mercator(*places[CRS84]), abs=0.05)

    west, south, east, north = service.get("/tiles/works.json").json()["bounds"]
    west, south, east, north = west * 0.6 + east * 0.4, south * 0.6 + north * 0.4, west * 0.4 + east * 0.6, south * 0.4 + north * 0.6
    (left, bottom), (right, top) = mercator(west, south), mercator(east, north)
    boxes = [f"bbox={west},{south},{east},{north}", f"bbox={west},{south},-5,{east},{north},5",
             f"bbox={south},{west},{north},{east}&bbox-crs={EPSG4326}", f"bbox={left},{bottom},{right},{top}&bbox-crs={EPSG3857}"]
    counts = [ogc(f"/collections/works/items?limit=1&{box}").json()["numberMatched"] for box in boxes]
    assert len(set(counts)) == 1 and counts[0] > 0


def test_a_page_for_people_leads_to_the_next_with_its_filter(ogc):
    text = ogc("/collections/works/items?limit=2&filter=due_changes%20%3E%200", Accept="text/html").text
    link = text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "filter=due_changes" in link and ogc(link).headers["content-type"].startswith("text/html")
