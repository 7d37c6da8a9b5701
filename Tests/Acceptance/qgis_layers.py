"""Opens the service's layers in QGIS without a screen, as a person would add them, and prints what QGIS saw as JSON.

usage: qgis_layers.py ADDRESS DATABASE PICTURES

A program of its own, so that a crash in QGIS is an exit status and not the end of the tests.
"""
import json
import sys

from qgis.core import (
    QgsApplication, QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsFeatureRequest, QgsMapRendererSequentialJob,
    QgsMapSettings, QgsProject, QgsRasterLayer, QgsRectangle, QgsVectorLayer)
from qgis.PyQt.QtCore import QSize, Qt

PIXELS = 512


def vector(layer, box):
    """How many features QGIS reads, and how many of them meet the box."""
    if not layer.isValid():
        return {"valid": False, "error": layer.error().message()}
    features = list(layer.getFeatures())
    return {
        "valid": True, "crs": layer.crs().authid(), "read": len(features), "fields": [field.name() for field in layer.fields()],
        "in_box": sum(1 for _ in layer.getFeatures(QgsFeatureRequest().setFilterRect(box))),
    }


def raster(source, name, box, picture):
    """How many colours a picture of the layer has; the picture is kept."""
    layer = QgsRasterLayer(source, name, "wms")
    if not layer.isValid():
        return {"valid": False, "error": layer.error().message()}
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    settings.setExtent(box)
    settings.setOutputSize(QSize(PIXELS, PIXELS))
    settings.setBackgroundColor(Qt.white)
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(picture)
    colours = {image.pixel(x, y) for x in range(PIXELS) for y in range(PIXELS)}
    return {"valid": True, "crs": layer.crs().authid(), "colours": len(colours),
            "errors": [error.message for error in job.errors()]}


def edit(layer, field):
    """What comes of changing two features of a layer and saving: whether it was saved, and what QGIS says."""
    if not layer.isValid() or not layer.startEditing():
        return {"saved": False, "errors": ["not editable"]}
    index = layer.fields().indexOf(field)
    for feature in list(layer.getFeatures(QgsFeatureRequest().setLimit(2))):
        layer.changeAttributeValue(feature.id(), index, "edited in QGIS")
    saved = layer.commitChanges()
    errors = layer.commitErrors()
    layer.rollBack()
    return {"saved": saved, "errors": errors}


def look(address, database, pictures):
    """What QGIS sees of each layer."""
    layers = {
        "database": QgsVectorLayer(f"{database}|layername=outages", "outages", "ogr"),
        "geojson": QgsVectorLayer(f"{address}/geojson/outages.geojson", "outages", "ogr"),
        "oapif": QgsVectorLayer(f"url='{address}/ogc' typename='outages' pageSize='1000'", "outages", "OAPIF"),
    }
    extent = layers["database"].extent()
    west = QgsRectangle(extent.xMinimum(), extent.yMinimum(), extent.center().x(), extent.yMaximum())
    seen = {way: vector(layer, west) for way, layer in layers.items()}
    for provider, source in [("ogr", f"{database}|layername=%s"), ("spatialite", f"dbname='{database}' table=\"%s\" (geom)")]:
        for table, field in [("works", "title"), ("schools", "name")]:
            seen[f"edit-{provider}-{table}"] = edit(QgsVectorLayer(source % table, table, provider), field)
    to_mercator = QgsCoordinateTransform(
        QgsCoordinateReferenceSystem("EPSG:4326"), QgsCoordinateReferenceSystem("EPSG:3857"), QgsProject.instance())
    box = to_mercator.transformBoundingBox(extent)
    for tileset in ("basemap", "works"):
        seen[f"xyz-{tileset}"] = raster(
            f"type=xyz&url={address}/tiles/{tileset}/%7Bz%7D/%7Bx%7D/%7By%7D.png&zmin=0&zmax=19", tileset, box,
            f"{pictures}/qgis-xyz-{tileset}.png")
        seen[f"wmts-{tileset}"] = raster(
            f"contextualWMSLegend=0&crs=EPSG:3857&dpiMode=7&format=image/png&layers={tileset}&styles=default"
            f"&tileMatrixSet=WebMercatorQuad&url={address}/wmts/1.0.0/WMTSCapabilities.xml", tileset, box,
            f"{pictures}/qgis-wmts-{tileset}.png")
    return seen


def main():
    application = QgsApplication([], False)
    application.initQgis()
    # Every layer must be gone before exitQgis, which frees what they point to: QGIS crashes on one that outlives it.
    seen = look(*sys.argv[1:])
    application.exitQgis()
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
