// A storage of the outbox on files, for apps that have no database of their own.

import Foundation

/// Keeps each entry in a file of its own. A file is written aside and renamed, so that a crash leaves either the old one
/// or the new one.
public final class FileStorage: Storage, @unchecked Sendable {
    private let folder: URL

    /// The folder belongs to the outbox alone; it is made when it is missing.
    public init(folder: URL) {
        self.folder = folder
    }

    public func load() throws -> Stored {
        try guarded {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            let records = try names.filter { $0.hasPrefix("outbox-") }
                .map { Entry(key: $0, bytes: try Data(contentsOf: file($0))) }
            return Stored(records: records, photos: names.filter { $0.hasPrefix("photo-") })
        }
    }

    public func apply(changes: Changes) throws {
        try guarded {
            for entry in changes.put {
                try entry.bytes.write(to: file(entry.key), options: .atomic)
            }
            for key in changes.remove where FileManager.default.fileExists(atPath: file(key).path) {
                try FileManager.default.removeItem(at: file(key))
            }
        }
    }

    /// The photo of a report, to be sent.
    public func photo(_ key: String) throws -> Data {
        try Data(contentsOf: file(key))
    }

    private func file(_ key: String) -> URL {
        precondition(key.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }, "not a key")
        return folder.appendingPathComponent(key)
    }

    private func guarded<T>(_ act: () throws -> T) throws -> T {
        do {
            return try act()
        } catch {
            throw StorageError.Failed(reason: "\(error)")
        }
    }
}
