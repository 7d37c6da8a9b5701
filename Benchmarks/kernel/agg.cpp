// Anti-Grain Geometry (Debian's libagg-dev) on the scenes of kernel-bench: the peer of the rasterizer.
//
//     g++ -O2 -march=native -I/usr/include/agg2 agg.cpp -lagg -o agg
//     agg SCENES        answers "scene layers" lines as kernel-bench draw does
//
// The usual pipeline: scanline rasterizer, stroke converter, unpacked scanlines, premultiplied RGBA. Discs are ellipses with a stroke.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "agg_conv_stroke.h"
#include "agg_ellipse.h"
#include "agg_pixfmt_rgba.h"
#include "agg_rasterizer_scanline_aa.h"
#include "agg_renderer_scanline.h"
#include "agg_scanline_u.h"

namespace {

constexpr int side = 256;

struct Feature {
    uint32_t kind, category;
    std::vector<std::vector<float>> rings;
};

struct Scene {
    uint32_t zoom;
    std::vector<Feature> features;
};

uint32_t number(FILE *file) {
    uint32_t value;
    if (fread(&value, 4, 1, file) != 1) exit(2);
    return value;
}

std::vector<Scene> read(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        exit(2);
    }
    std::vector<Scene> scenes(number(file));
    for (Scene &scene : scenes) {
        scene.zoom = number(file);
        scene.features.resize(number(file));
        for (Feature &feature : scene.features) {
            feature.kind = number(file);
            feature.category = number(file);
            feature.rings.resize(number(file));
            for (auto &ring : feature.rings) ring.resize(2 * number(file));
            for (auto &ring : feature.rings)
                if (fread(ring.data(), 4, ring.size(), file) != ring.size()) exit(2);
        }
    }
    fclose(file);
    return scenes;
}

// The rings of one feature as AGG wants them.
struct Rings {
    const Feature &feature;
    bool closed;
    size_t ring = 0, vertex_ = 0;

    void rewind(unsigned) { ring = vertex_ = 0; }

    unsigned vertex(double *x, double *y) {
        if (ring >= feature.rings.size()) return agg::path_cmd_stop;
        const auto &points = feature.rings[ring];
        if (vertex_ * 2 >= points.size()) {
            ++ring;
            vertex_ = 0;
            if (closed) return agg::path_cmd_end_poly | agg::path_flags_close;
            return vertex(x, y);
        }
        *x = points[2 * vertex_];
        *y = points[2 * vertex_ + 1];
        return vertex_++ == 0 ? agg::path_cmd_move_to : agg::path_cmd_line_to;
    }
};

using Format = agg::pixfmt_rgba32_pre;
using Base = agg::renderer_base<Format>;

uint8_t pixels[side * side * 4];
agg::rasterizer_scanline_aa<> rasterizer;
agg::scanline_u8 scanline;

agg::rgba8 color(uint32_t rgb, double opacity) {
    agg::rgba8 c(rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255, unsigned(opacity * 255 + .5));
    return c.premultiply();
}

template <class Source> void put(Base &base, Source &source, agg::rgba8 c) {
    rasterizer.reset();
    rasterizer.add_path(source);
    agg::render_scanlines_aa_solid(rasterizer, scanline, base, c);
}

void draw(const Scene &scene, int layers) {
    static const uint32_t fills[] = {0x1b9e77, 0xd95f02, 0x7570b3, 0xe7298a, 0x66a61e, 0xe6ab02};
    agg::rendering_buffer buffer(pixels, side, side, side * 4);
    Format format(buffer);
    Base base(format);
    base.clear(agg::rgba8(0, 0, 0, 0));
    rasterizer.clip_box(0, 0, side, side);
    rasterizer.filling_rule(agg::fill_non_zero);
    const auto fill = color(0xd7301f, .35), border = color(0x7f0000, .9), casing = color(0x333333, .8), inner = color(0xfdae61, 1);
    for (const Feature &feature : scene.features) {
        if (feature.kind != 2) continue;
        Rings rings{feature, true};
        if (layers & 1) put(base, rings, fill);
        if (layers & 2) {
            agg::conv_stroke<Rings> stroke(rings);
            stroke.width(1.2);
            put(base, stroke, border);
        }
    }
    for (int pass = 0; layers & 4 && pass < 2; pass++)
        for (const Feature &feature : scene.features) {
            if (feature.kind != 1) continue;
            Rings rings{feature, false};
            agg::conv_stroke<Rings> stroke(rings);
            stroke.width(pass ? 3 : 5);
            stroke.line_join(agg::round_join);
            stroke.line_cap(agg::round_cap);
            put(base, stroke, pass ? inner : casing);
        }
    if (layers & 8)
        for (const Feature &feature : scene.features) {
            if (feature.kind != 0) continue;
            agg::ellipse disc(feature.rings[0][0], feature.rings[0][1], 3, 3);
            put(base, disc, color(fills[feature.category % 6], 1));
            agg::conv_stroke<agg::ellipse> stroke(disc);
            stroke.width(1);
            put(base, stroke, color(0xffffff, 1));
        }
}

double seconds() {
    timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return time.tv_sec + 1e-9 * time.tv_nsec;
}

}  // namespace

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: agg SCENES\n");
        return 64;
    }
    const auto scenes = read(arguments[1]);
    size_t scene;
    int layers;
    while (scanf("%zu %d", &scene, &layers) == 2 && scene < scenes.size()) {
        const double started = seconds();
        draw(scenes[scene], layers);
        printf("%.9f\n", seconds() - started);
        fwrite(pixels, 1, sizeof pixels, stdout);
        fflush(stdout);
    }
}
