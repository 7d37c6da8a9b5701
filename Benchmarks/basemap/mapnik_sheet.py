"""Turns our style sheet into a map of Mapnik's: the same layers, colours, widths and dashes, and labels of the same kind.

What Mapnik has no word for is left out on its side: symbols with marks are plain ellipses, and house numbers are points inside.
"""
import json
import re

FILLS = {"point": "mapnik::point", "line": "mapnik::linestring", "area": "mapnik::polygon"}


def at(value, zoom):
    """A number that may have stops by zoom."""
    if not isinstance(value, list):
        return value
    if zoom <= value[0][0]:
        return value[0][1]
    for (z0, v0), (z1, v1) in zip(value, value[1:]):
        if zoom < z1:
            return v0 + (v1 - v0) * (zoom - z0) / (z1 - z0)
    return value[-1][1]


class Sheet:
    def __init__(self, path, theme="light"):
        self.sheet = json.loads(path.read_text())
        self.colors = {name: value if isinstance(value, str) else value[theme] for name, value in self.sheet["colors"].items()}

    def color(self, name):
        """Colour and opacity."""
        text = self.colors.get(name, name)
        if len(text) == 9:
            return text[:7], int(text[7:], 16) / 255
        return text, 1.0

    def symbolizer(self, paint, zoom):
        (kind, body), = paint.items()
        if kind == "fill" and "hatch" not in body:
            color, alpha = self.color(body["color"])
            return f'<PolygonSymbolizer fill="{color}" fill-opacity="{alpha * at(body.get("opacity", 1), zoom)}"/>'
        if kind == "line":
            color, alpha = self.color(body["color"])
            opacity, width = alpha * at(body.get("opacity", 1), zoom), at(body["width"], zoom)
            if opacity <= 0 or width <= 0:
                return ""
            dash = f'stroke-dasharray="{", ".join(map(str, body["dash"]))}"' if "dash" in body else ""
            return (f'<LineSymbolizer stroke="{color}" stroke-opacity="{opacity}" stroke-width="{width}" {dash} '
                    f'stroke-linecap="{body.get("cap", "round")}" stroke-linejoin="{body.get("join", "round")}"/>')
        if kind == "symbol":
            fill, outline = self.color(body["fill"])[0], self.color(body.get("outline", body["fill"]))[0]
            size = at(body["size"], zoom)
            return (f'<MarkersSymbolizer width="{size}" height="{size}" fill="{fill}" stroke="{outline}" '
                    f'stroke-width="{body.get("outline_width", 0)}" allow-overlap="true" ignore-placement="true"/>')
        if kind == "label":
            return self.text(body, zoom)
        return ""

    def text(self, body, zoom):
        color = self.color(body["color"])[0]
        halo, alpha = self.color(body["halo"]) if "halo" in body else ("#ffffff", 0)
        face = "DejaVu Sans Bold" if body.get("weight") == "bold" else "DejaVu Sans Book"
        size = at(body["size"], zoom)
        options = {
            "face-name": face, "size": size, "fill": color, "halo-fill": halo, "halo-opacity": alpha,
            "halo-radius": at(body.get("halo_width", 1.5), zoom) if alpha else 0,
            "placement": {"line": "line", "point": "point", "area": "interior"}[body["placement"]],
            "minimum-padding": 0, "margin": body.get("gap", 2), "repeat-distance": body.get("repeat", 0) * 0.7,
            "character-spacing": body.get("spacing", 0) * size}
        if body["placement"] == "line":
            options |= {"spacing": body.get("repeat", 0), "max-char-angle-delta": 30}
        if "wrap" in body and body["placement"] != "line":
            options["wrap-width"] = body["wrap"]
        if body.get("case") == "upper":
            options["text-transform"] = "uppercase"
        if "offset" in body:
            options["dy"] = body["offset"] + size / 2
        field = "[number]" if body.get("field") == "housenumber" else "[name]"
        return f'<TextSymbolizer {" ".join(f"{name}={json.dumps(str(value))}" for name, value in options.items())}>{field}</TextSymbolizer>'

    def filter(self, layer, paint):
        tests = []
        for field, values in layer.get("where", {}).items():
            tests.append("(" + " or ".join(f"[{field}]='{value}'" for value in values) + ")")
        if "geometry" in layer:
            tests.append("(" + " or ".join(f"[mapnik::geometry_type]={number}" for number in self.types(layer)) + ")")
        label = paint.get("label")
        if label:
            tests.append("[number]!=''" if label.get("field") == "housenumber" else "[name]!=''")
            if "places" in label:
                tests.append("(" + " or ".join(f"[place]='{value}'" for value in label["places"]) + ")")
        return "".join(f"<Filter>{re.sub('&', '&amp;', ' and '.join(tests))}</Filter>" if tests else "")

    @staticmethod
    def types(layer):
        numbers = {"point": [1], "line": [2], "area": [3]}
        return [number for name in layer["geometry"] for number in numbers[name]]

    def map(self, zoom, folder, buffer):
        """The text of a map for one zoom. Layers of one source that follow each other share one reading of it."""
        styles, layers, group = [], [], []

        def close():
            if not group:
                return
            source = group[0][0]
            for file in sorted(folder.glob(f"{source}-*.shp")):
                kind = file.stem.rsplit("-", 1)[1]
                names = [name for _, name, kinds in group if kind in kinds]
                if names:
                    layers.append(
                        f'<Layer name="{file.stem}-{len(layers)}" srs="epsg:3857" cache-features="true">'
                        + "".join(f"<StyleName>{name}</StyleName>" for name in names)
                        + f'<Datasource><Parameter name="type">shape</Parameter><Parameter name="file">{file}</Parameter></Datasource></Layer>')
            group.clear()

        # Labels lie above everything, the highest priority first.
        drawn = [layer for layer in self.sheet["layers"] if layer.get("zooms", [0, 30])[0] <= zoom < layer.get("zooms", [0, 30])[1]]
        passes = [(layer, [paint for paint in layer["paint"] if "label" not in paint]) for layer in drawn]
        labels = [(layer, [paint]) for layer in drawn for paint in layer["paint"] if "label" in paint]
        labels.sort(key=lambda entry: -entry[1][0]["label"].get("priority", 0))
        for layer, paints in passes + labels:
            rules = "".join(
                f"<Rule>{self.filter(layer, paint)}{symbolizer}</Rule>" for paint in paints
                if (symbolizer := self.symbolizer(paint, zoom)))
            if not rules:
                continue
            name = f"s{len(styles)}"
            styles.append(f'<Style name="{name}">{rules}</Style>')
            if group and (group[0][0] != layer["source"] or "label" in paints[0]):
                close()
            group.append((layer["source"], name, layer.get("geometry", ["point", "line", "area"])))
            if "label" in paints[0]:
                close()
        close()
        background = self.color(self.sheet["background"])[0]
        return f'<Map srs="epsg:3857" background-color="{background}" buffer-size="{buffer}">{"".join(styles)}{"".join(layers)}</Map>'
