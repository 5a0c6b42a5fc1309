// swift-tools-version: 5.9
// The Swift package of the phone core. `cargo xtask package` puts the generated Swift, its header and the built library
// in place.
import PackageDescription

let package = Package(
    name: "Tanba",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "Tanba", targets: ["Tanba"])],
    targets: [
        .target(
            name: "Tanba",
            dependencies: ["TanbaFFI"],
            linkerSettings: [.linkedLibrary("tanba"), .unsafeFlags(["-Llib"])]
        ),
        .systemLibrary(name: "TanbaFFI"),
        .executableTarget(name: "TanbaTests", dependencies: ["Tanba"]),
    ]
)
