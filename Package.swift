// swift-tools-version: 6.2

import PackageDescription

/// In continuous integration a warning is an error; on a developer's machine it stays a warning.
let warnings: [SwiftSetting] = Context.environment["CI"] == nil ? [] : [.treatAllWarnings(as: .error)]

let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        // Any existential is spelled `any`, so that its cost shows: SE-0335.
        .enableUpcomingFeature("ExistentialAny"),
        // A file sees the members of the modules that it imports itself: SE-0444.
        .enableUpcomingFeature("MemberImportVisibility"),
        // An import is public only where it says so: SE-0409.
        .enableUpcomingFeature("InternalImportsByDefault"),
    ] + warnings

// What computes is optimized in debug builds too, with all checks and assertions: tests take a fraction of the time.
let optimized: [SwiftSetting] =
    settings + [.unsafeFlags(["-O", "-assert-config", "Debug"], .when(configuration: .debug))]

// The kernel is built for AVX2 on x86-64; the program says so at its start where that is missing. `#if arch` in a
// manifest names the machine that builds, which here is always of the kind that runs.
#if arch(x86_64)
let kernel = optimized + [.unsafeFlags(["-Xcc", "-mavx2"])]
#else
let kernel = optimized
#endif

let package = Package(
    name: "worksmap",
    products: [
        .executable(name: "worksmap", targets: ["worksmap"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", exact: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // System libraries: module maps and nothing else.
        .systemLibrary(
            name: "CSpatiaLite", pkgConfig: "spatialite", providers: [.apt(["libspatialite-dev", "libsqlite3-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CFreeType", pkgConfig: "freetype2", providers: [.apt(["libfreetype-dev"])]),
        .systemLibrary(name: "CHarfBuzz", pkgConfig: "harfbuzz", providers: [.apt(["libharfbuzz-dev"])]),
        // Validity and repair of areas; also the oracle of tests.
        .systemLibrary(name: "CGEOS", pkgConfig: "geos", providers: [.apt(["libgeos-dev"])]),
        // Positions in other coordinate systems.
        .systemLibrary(name: "CPROJ", pkgConfig: "proj", providers: [.apt(["libproj-dev"])]),
        .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),

        // The kernel's interfaces: a header and no library.
        .systemLibrary(name: "CLinux"),

        .target(name: "Geometry", dependencies: ["CGEOS"], swiftSettings: optimized),
        .target(name: "TimeBudgets", swiftSettings: settings),
        .target(name: "Works", dependencies: ["Geometry", "TimeBudgets"], swiftSettings: settings),
        // What is private, sealed with the keys of a file; knows nothing of works.
        .target(
            name: "Sealing", dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings),
        .target(
            name: "SpatiaLiteStore",
            dependencies: [
                "CISAL", "CSpatiaLite", "Geometry", "Sealing", "TimeBudgets", "Works",
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: settings),
        .target(name: "Raster", dependencies: ["CISAL", "CPNG", "Geometry"], swiftSettings: kernel),
        .target(name: "Lettering", dependencies: ["CFreeType", "CHarfBuzz", "Raster"], swiftSettings: optimized),
        .target(
            name: "Cartography", dependencies: ["Geometry", "Lettering", "Raster", "TimeBudgets", "Works"],
            swiftSettings: optimized),
        .target(name: "DemoCity", dependencies: ["Geometry", "Works"], swiftSettings: optimized),
        .target(name: "Hotspots", dependencies: ["Geometry", "TimeBudgets", "Works"], swiftSettings: settings),
        .target(
            name: "Interchange",
            dependencies: [
                "CISAL", "CLinux", "CPROJ", "Geometry", "TimeBudgets", "Works",
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings),
        .target(
            name: "HTTPEdge",
            dependencies: [
                "CISAL", "Geometry", "TimeBudgets",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
        // Lists of other servers, fetched on a schedule and imported.
        .target(
            name: "Fetching",
            dependencies: [
                "Geometry", "HTTPEdge", "Interchange", "Works",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
        // The process around a service: its log, its signals, its descriptors, and what it tells the service manager.
        .target(name: "Daemon", swiftSettings: settings),
        .target(
            name: "MapServer",
            dependencies: [
                "Cartography", "Daemon", "Fetching", "Geometry", "HTTPEdge", "Hotspots", "Interchange", "TimeBudgets",
                "Works",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            // The words of the residents' page are those of the pages that the server writes: links to web/locales.
            resources: [.embedInCode("Locales/ru.json"), .embedInCode("Locales/en.json")],
            swiftSettings: settings),
        .executableTarget(
            name: "worksmap",
            dependencies: [
                "Cartography", "Daemon", "DemoCity", "Fetching", "Geometry", "HTTPEdge", "Hotspots", "Interchange",
                "MapServer", "Raster", "Sealing", "SpatiaLiteStore", "TimeBudgets",
                "Works",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),

        // What benchmarks measure inside a process; nothing that is installed.
        .executableTarget(
            name: "atlas-bench", dependencies: ["Cartography", "Geometry", "SpatiaLiteStore", "TimeBudgets", "Works"],
            path: "Benchmarks/tiles/atlas-bench", swiftSettings: settings),
        .executableTarget(
            name: "kernel-bench", dependencies: ["CGEOS", "CPNG", "Raster"], path: "Benchmarks/kernel/kernel-bench",
            swiftSettings: settings),

        // Random and hostile input under the address sanitizer: `make fuzz`.
        .executableTarget(
            name: "kernel-fuzz",
            dependencies: [
                "Cartography", "Geometry", "PortableKernel", "Raster", "SeededRandom", "TimeBudgets", "Works",
            ],
            path: "Tests/Fuzz",
            swiftSettings: settings),

        // The framework alone, for `make bench-http`.
        .executableTarget(
            name: "constant-server",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            path: "Benchmarks/http/constant-server", swiftSettings: settings),

        // Random numbers that can be repeated.
        .target(name: "SeededRandom", path: "Tests/SeededRandom", swiftSettings: settings),
        // What tests need from outside, and what they wait for.
        .target(name: "TestConditions", path: "Tests/TestConditions", swiftSettings: settings),
        .testTarget(name: "TestConditionsTests", dependencies: ["TestConditions"], swiftSettings: settings),
        // The kernel's sources as they are compiled for any processor: RasterTests compares its pixels.
        .target(
            name: "PortableKernel", dependencies: ["CISAL", "CPNG", "Geometry", "SeededRandom"],
            path: "Tests/PortableKernel", swiftSettings: optimized + [.define("PORTABLE")]),
        .testTarget(
            name: "GeometryTests", dependencies: ["CGEOS", "Geometry", "SeededRandom", "TestConditions"],
            swiftSettings: settings),
        .testTarget(
            name: "WorksTests", dependencies: ["Geometry", "SeededRandom", "TimeBudgets", "Works"],
            swiftSettings: settings),
        .testTarget(name: "SealingTests", dependencies: ["Sealing"], swiftSettings: settings),
        .testTarget(
            name: "SpatiaLiteStoreTests",
            dependencies: [
                "CSpatiaLite", "Geometry", "Sealing", "SeededRandom", "SpatiaLiteStore", "TestConditions",
                "TimeBudgets", "Works",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "RasterTests",
            dependencies: ["CGEOS", "CPNG", "Geometry", "PortableKernel", "Raster", "SeededRandom", "TestConditions"],
            swiftSettings: settings),
        .testTarget(name: "LetteringTests", dependencies: ["Lettering", "Raster"], swiftSettings: settings),
        .testTarget(
            name: "CartographyTests",
            dependencies: [
                "CGEOS", "Cartography", "Geometry", "Lettering", "Raster", "SeededRandom", "TimeBudgets", "Works",
            ],
            swiftSettings: settings),
        .testTarget(name: "DaemonTests", dependencies: ["Daemon"], swiftSettings: settings),
        .testTarget(name: "DemoCityTests", dependencies: ["DemoCity", "Geometry", "Works"], swiftSettings: settings),
        .testTarget(
            name: "HotspotsTests",
            dependencies: [
                "Geometry", "Hotspots", "SeededRandom", "SpatiaLiteStore", "TestConditions", "TimeBudgets", "Works",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "InterchangeTests",
            dependencies: [
                "Geometry", "Interchange", "SeededRandom", "SpatiaLiteStore", "TestConditions", "TimeBudgets", "Works",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "FetchingTests",
            dependencies: [
                "Fetching", "Geometry", "HTTPEdge", "Interchange", "SpatiaLiteStore", "TestConditions", "TimeBudgets",
                "Works",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "HTTPEdgeTests",
            dependencies: [
                "HTTPEdge", "TestConditions", "TimeBudgets",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "MapServerTests",
            dependencies: [
                "Cartography", "Fetching", "Geometry", "HTTPEdge", "Hotspots", "Interchange", "MapServer",
                "SpatiaLiteStore", "TestConditions",
                "TimeBudgets", "Works",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
    ]
)
