#!/usr/bin/env python3
"""Prints NOTICE: what the program is made of that others made, from the build itself. `make notice` writes it.

    notice.py FOLDER      the folder of a build, which `swift build --show-bin-path` names

Swift packages are those whose objects are linked, with the version that was checked out and the licence in the
checkout; system libraries those that the program loads, with the licence that Debian states for their package.
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(sys.argv[1])
CHECKOUTS = ROOT / ".build/checkouts"

# Files that the program serves or reads, which their packages bring.
FILES = {"libjs-leaflet": "Leaflet, the map on the residents' page",
         "fonts-dejavu-core": "DejaVu, the font of labels and legends"}
# Whose copyright file is prose.
PROSE = {"libc6": "LGPL-2.1+", "libstdc++6": "GPL-3+ with the GCC Runtime Library Exception",
         "libgcc-s1": "GPL-3+ with the GCC Runtime Library Exception"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


# MARK: Swift packages

def linked():
    """The packages whose objects are in the program, by the names of their checkouts."""
    objects = (BUILD / "worksmap.product/Objects.LinkFileList").read_text()
    found = set()
    for module in set(re.findall(r"/([^/\s]+\.build)/", objects)):
        folder = BUILD / module
        lists = [folder / "sources"] if (folder / "sources").is_file() else sorted(folder.rglob("*.d"))[:1]
        found.update(match.group(1) for path in lists if (match := re.search(r"/checkouts/([^/]+)/", path.read_text())))
    return found


def licence(text):
    if "Apache License" in text:
        return "Apache-2.0" + (" WITH Swift-exception" if "Runtime Library Exception" in text else "")
    if "Permission is hereby granted, free of charge" in text:
        return "MIT"
    raise SystemExit(f"notice: no licence is known that begins so: {text[:200]}")


def packages():
    """Name, version, address, licence, whether it is linked, and the text that goes with it."""
    state = json.loads((ROOT / ".build/workspace-state.json").read_text())
    inside = linked()
    for each in sorted(state["object"]["dependencies"], key=lambda each: each["packageRef"]["name"].lower()):
        folder = CHECKOUTS / each["subpath"]
        terms = next(folder.glob("LICENSE*")).read_text()
        kind = licence(terms)
        text = terms if kind == "MIT" else "".join(path.read_text() for path in sorted(folder.glob("NOTICE*")))
        yield (each["packageRef"]["name"], each["state"]["checkoutState"]["version"],
               each["packageRef"]["location"].removesuffix(".git"), kind, folder.name in inside, text.strip("\n"))


# MARK: Debian's packages

def libraries():
    """The packages of the libraries that the program names, without Swift's own, which come with Swift."""
    program = str(BUILD / "worksmap")
    needed = set(re.findall(r"NEEDED\).*\[(.+)\]", output("readelf", "--dynamic", program)))
    places = dict(re.findall(r"^\s*(\S+) => (\S+)", output("ldd", program), re.MULTILINE))
    found = set()
    for name in needed & set(places):
        place = pathlib.Path(places[name])
        if "swift" in place.parts:
            continue
        # /lib is a link to /usr/lib, and packages name their files by either.
        path = str(place.resolve()).removeprefix("/usr")
        owner = subprocess.run(["dpkg-query", "--search", path, "/usr" + path], capture_output=True, text=True).stdout
        if not owner:
            raise SystemExit(f"notice: no package has {place}")
        found.add(owner.split(":")[0])
    return sorted(found)


def debian(package):
    """Upstream's version and the licence of a package's files."""
    version = output("dpkg-query", "--show", "--showformat=${Version}", package)
    version = re.sub(r"^\d+:|[-+~].*$|\.dfsg.*$", "", version)
    if package in PROSE:
        return version, PROSE[package]
    text = pathlib.Path(f"/usr/share/doc/{package}/copyright").read_text()
    stanza = next(part for part in re.split(r"\n\s*\n", text) if re.search(r"^Files:\s*\*", part, re.MULTILINE))
    return version, re.search(r"^License:\s*(.+)$", stanza, re.MULTILINE).group(1).strip()


def table(rows):
    """Rows in columns as wide as their widest entry."""
    rows = [list(row) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  " + "  ".join(entry.ljust(width) for entry, width in zip(row, widths)).rstrip() for row in rows)


def main():
    known = list(packages())
    swift = re.search(r"Swift version (\S+)", output("swift", "--version")).group(1)
    print("WorksMap\n\nLicensed under the Apache License, version 2.0 (file LICENSE).")
    print("It is made of, or works with, the following.")
    print("`make notice` writes this file from a build.")
    print("\n\nSwift packages in the program\n")
    print(table(each[:4] for each in known if each[4]))
    print("\n\nSwift packages that only tests and benchmarks build, or that the above name and the program leaves out"
          "\n")
    print(table(each[:4] for each in known if not each[4]))
    print("\n\nLibraries that the program loads, as Debian 12 has them; they are not part of it\n")
    print(table([("Swift's runtime and Foundation", swift, "Apache-2.0 WITH Swift-exception; ICU: Unicode-3.0")]
                + [(package, *debian(package)) for package in libraries()]))
    print("\n\nFiles that the program serves or reads, as Debian 12 has them; they are not part of it\n")
    print(table((f"{what} ({package})", *debian(package)) for package, what in FILES.items()))
    for name, version, _, _, inside, text in known:
        if inside and text:
            title = f"{name} {version}"
            print("\n\n" + "\n".join([title, "-" * len(title), "", re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)]))


if __name__ == "__main__":
    main()
