#!/usr/bin/env python3
"""A tile server around one of the peers, as thin as it can be: one connection, one thread, no cache but the peer's own.

    peers.py ENGINE DATA        ENGINE: mapnik:png32, mapnik:png32:z=1,simplify, mapnik:png8, mapserver:png32z1, qgis:png32

Prints the port that it listens on, and answers GET /z/x/y with the tile. The header X-Draw-Seconds tells the CPU time of drawing and
encoding alone, so that one request measures the peer with HTTP and without. All draw style.md over the tables of DATA/works.sqlite.
Debian: python3-mapnik, python3-mapscript, python3-qgis.
"""
import math
import os
import pathlib
import socket
import sys
import time

FILLS = {"pothole": "#1b9e77", "fallen_tree": "#d95f02", "flooding": "#7570b3", "signal_fault": "#e7298a", "spill": "#66a61e",
         "sinkhole": "#e6ab02"}
HALF = math.pi * 6378137.0
# What a peer looks at beyond the tile, so that strokes and discs that begin outside are drawn.
BUFFER = 16


def extent(z, x, y):
    side = 2 * HALF / (1 << z)
    return -HALF + x * side, HALF - (y + 1) * side, -HALF + (x + 1) * side, HALF - y * side


# MARK: Mapnik

def mapnik_map(data, options):
    import mapnik
    simplify = 'simplify="0.25" simplify-algorithm="radial-distance"' if "simplify" in options else ""
    discs = "".join(
        f"""<Rule><Filter>[kind]='{kind}'</Filter><MarkersSymbolizer width="6" height="6" fill="{fill}" stroke="#ffffff"
        stroke-width="1" allow-overlap="true" ignore-placement="true"/></Rule>""" for kind, fill in FILLS.items())
    round_line = 'stroke-linejoin="round" stroke-linecap="round"'
    styles = f"""
        <Style name="outages"><Rule><PolygonSymbolizer fill="#d7301f" fill-opacity="0.35" {simplify}/>
            <LineSymbolizer stroke="#7f0000" stroke-width="1.2" stroke-opacity="0.9" {simplify}/></Rule></Style>
        <Style name="casing"><Rule><LineSymbolizer stroke="#333333" stroke-width="5" stroke-opacity="0.8" {round_line} {simplify}/></Rule></Style>
        <Style name="inner"><Rule><LineSymbolizer stroke="#fdae61" stroke-width="3" {round_line} {simplify}/></Rule></Style>
        <Style name="incidents">{discs}</Style>"""
    # Lower-case EPSG names take Mapnik's own formulas instead of PROJ's, which are a third slower.
    layers = "".join(
        f"""<Layer name="{table}" srs="epsg:4326">{''.join(f'<StyleName>{name}</StyleName>' for name in names)}<Datasource>
        <Parameter name="type">sqlite</Parameter><Parameter name="file">{data}/works.sqlite</Parameter>
        <Parameter name="table">{table}</Parameter><Parameter name="geometry_field">geom</Parameter>
        <Parameter name="key_field">id</Parameter><Parameter name="wkb_format">spatialite</Parameter>
        <Parameter name="use_spatial_index">true</Parameter><Parameter name="extent">16.1,48.0,16.7,48.5</Parameter>
        </Datasource></Layer>"""
        for table, names in tables(data, {"outages": ["outages"], "roadworks": ["casing", "inner"], "incidents": ["incidents"]}))
    drawing = mapnik.Map(256, 256)
    mapnik.load_map_from_string(drawing, f'<Map srs="epsg:3857" buffer-size="{BUFFER}">{styles}{layers}</Map>')
    return drawing


def tables(data, wanted):
    """Those of the layers that the data has."""
    import sqlite3
    with sqlite3.connect(f"{data}/works.sqlite") as database:
        there = {name for name, in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return [(table, names) for table, names in wanted.items() if table in there]


def mapnik_engine(data, options):
    import mapnik
    drawing = mapnik_map(data, options)

    def draw(z, x, y):
        drawing.zoom_to_box(mapnik.Box2d(*extent(z, x, y)))
        image = mapnik.Image(256, 256)
        mapnik.render(drawing, image)
        return image.tostring(options[0])
    return draw


# MARK: MapServer

def mapserver_file(data, options):
    def rgb(color):
        return " ".join(str(int(color[i:i + 2], 16)) for i in (1, 3, 5))

    def layer(name, kind, table, body):
        return f"""LAYER NAME "{name}" TYPE {kind} STATUS DEFAULT CONNECTIONTYPE OGR CONNECTION "{data}/works.sqlite" DATA "{table}"
            PROCESSING "CLOSE_CONNECTION=DEFER" PROJECTION "init=epsg:4326" END EXTENT 16.1 48.0 16.7 48.5 {body} END\n"""

    def line(color, width, opacity):
        return f"CLASS STYLE COLOR {color} WIDTH {width} OPACITY {opacity} LINEJOIN ROUND LINECAP ROUND END END"

    discs = "".join(
        f"""CLASS EXPRESSION "{kind}" STYLE SYMBOL "disc" SIZE 6 COLOR {rgb(fill)} OUTLINECOLOR 255 255 255 OUTLINEWIDTH 1 END END\n"""
        for kind, fill in FILLS.items())
    layers = {
        "outages": layer("outages", "POLYGON", "outages", """CLASS STYLE COLOR 215 48 31 OPACITY 35 END
            STYLE OUTLINECOLOR 127 0 0 WIDTH 1.2 OPACITY 90 LINEJOIN MITER END END"""),
        "roadworks": layer("casing", "LINE", "roadworks", line("51 51 51", 5, 80))
        + layer("inner", "LINE", "roadworks", line("253 174 97", 3, 100)),
        "incidents": layer("incidents", "POINT", "incidents", f'CLASSITEM "kind" {discs}')}
    palette = 'FORMATOPTION "QUANTIZE_FORCE=ON" FORMATOPTION "QUANTIZE_COLORS=256"' if options[0] == "png8" else ""
    return f"""MAP NAME "works" SIZE 256 256 EXTENT 1803000 6124000 1848000 6174000 UNITS METERS PROJECTION "init=epsg:3857" END
        OUTPUTFORMAT NAME "tile" DRIVER "AGG/PNG" MIMETYPE "image/png" IMAGEMODE RGBA TRANSPARENT ON FORMATOPTION "COMPRESSION=1"
            {palette} END
        IMAGETYPE "tile" SYMBOL NAME "disc" TYPE ELLIPSE FILLED TRUE POINTS 1 1 END END
        {''.join(text for _, text in tables(data, layers))} END"""


def mapserver_engine(data, options):
    import mapscript
    drawing = mapscript.msLoadMapFromString(mapserver_file(data, options), "")
    drawing.setSize(256, 256)

    def draw(z, x, y):
        west, south, east, north = extent(z, x, y)
        # MapServer's extent runs from the middle of the first pixel to that of the last.
        half = (east - west) / 512
        drawing.setExtent(west + half, south + half, east - half, north - half)
        return drawing.draw().getBytes()
    return draw


# MARK: QGIS

def qgis_engine(data, _):
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from qgis.core import (
        QgsApplication, QgsCategorizedSymbolRenderer, QgsCoordinateReferenceSystem, QgsDataSourceUri, QgsFillSymbol, QgsLineSymbol,
        QgsMapRendererCustomPainterJob, QgsMapSettings, QgsMarkerSymbol, QgsProject, QgsRectangle, QgsRendererCategory,
        QgsSimpleLineSymbolLayer, QgsSingleSymbolRenderer, QgsVectorLayer, QgsVectorSimplifyMethod)
    from qgis.PyQt.QtCore import QBuffer, QIODevice, QSize
    from qgis.PyQt.QtGui import QColor, QImage, QPainter
    QgsApplication.setPrefixPath("/usr", True)
    application = QgsApplication([], False)
    application.initQgis()

    def rgba(color, opacity=1.0):
        value = QColor(color)
        return f"{value.red()},{value.green()},{value.blue()},{round(opacity * 255)}"

    def layer(table, renderer):
        source = QgsDataSourceUri()
        source.setDatabase(f"{data}/works.sqlite")
        source.setDataSource("", table, "geom", "", "id")
        made = QgsVectorLayer(source.uri(), table, "spatialite")
        made.setSimplifyMethod(QgsVectorSimplifyMethod())
        made.setRenderer(renderer)
        QgsProject.instance().addMapLayer(made)
        return made

    roads = QgsLineSymbol()
    roads.deleteSymbolLayer(0)
    for index, (color, opacity, width) in enumerate((("#333333", .8, "5"), ("#fdae61", 1, "3"))):
        part = QgsSimpleLineSymbolLayer.create(
            {"line_color": rgba(color, opacity), "line_width": width, "line_width_unit": "Pixel", "joinstyle": "round", "capstyle": "round"})
        part.setRenderingPass(index)
        roads.appendSymbolLayer(part)
    road_renderer = QgsSingleSymbolRenderer(roads)
    road_renderer.setUsingSymbolLevels(True)
    discs = [
        QgsRendererCategory(kind, QgsMarkerSymbol.createSimple(
            {"name": "circle", "color": rgba(fill), "outline_color": "255,255,255,255", "outline_width": "1", "outline_width_unit": "Pixel",
             "size": "6", "size_unit": "Pixel"}), kind) for kind, fill in FILLS.items()]
    layers = [
        layer("incidents", QgsCategorizedSymbolRenderer("kind", discs)), layer("roadworks", road_renderer),
        layer("outages", QgsSingleSymbolRenderer(QgsFillSymbol.createSimple(
            {"color": rgba("#d7301f", .35), "outline_color": rgba("#7f0000", .9), "outline_width": "1.2", "outline_width_unit": "Pixel",
             "joinstyle": "miter"})))]

    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setOutputSize(QSize(256, 256))
    settings.setExtentBuffer(0)
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    settings.setBackgroundColor(QColor(0, 0, 0, 0))
    settings.setFlag(QgsMapSettings.Antialiasing, True)
    application.keep = layers

    def draw(z, x, y):
        west, south, east, north = extent(z, x, y)
        settings.setExtent(QgsRectangle(west, south, east, north))
        settings.setExtentBuffer((east - west) / 256 * BUFFER)
        image = QImage(256, 256, QImage.Format_ARGB32_Premultiplied)
        image.fill(0)
        painter = QPainter(image)
        QgsMapRendererCustomPainterJob(settings, painter).renderSynchronously()
        painter.end()
        buffer = QBuffer()
        buffer.open(QIODevice.WriteOnly)
        image.save(buffer, "PNG", 90)
        return bytes(buffer.data())
    draw.application = application
    return draw


# MARK: The server

ENGINES = {"mapnik": mapnik_engine, "mapserver": mapserver_engine, "qgis": qgis_engine}


def serve(draw):
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    connection, _ = listener.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    received = b""
    while True:
        while b"\r\n\r\n" not in received:
            more = connection.recv(4096)
            if not more:
                return
            received += more
        head, received = received.split(b"\r\n\r\n", 1)
        z, x, y = map(int, head.split(b" ", 2)[1].strip(b"/").split(b"/"))
        started = time.process_time()
        tile = draw(z, x, y)
        spent = time.process_time() - started
        connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nX-Draw-Seconds: %r\r\nContent-Length: %d\r\n\r\n" % (spent, len(tile)) + tile)


def main():
    name, _, rest = sys.argv[1].partition(":")
    serve(ENGINES[name](str(pathlib.Path(sys.argv[2]).resolve()), rest.split(",")))


if __name__ == "__main__":
    main()
