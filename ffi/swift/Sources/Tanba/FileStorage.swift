// A storage of the outbox on files, for apps that have no database of their own.

import Foundation

/// Keeps each entry in a file of its own. A file is written aside, flushed to the disk and renamed, so that a crash leaves
/// either the old one or the new one; what was kept is on the disk, also when the power fails.
public final class FileStorage: Storage, @unchecked Sendable {
    private static let aside = ".aside"
    private let folder: URL

    /// The folder belongs to one outbox alone; it is made when it is missing.
    public init(folder: URL) {
        self.folder = folder
    }

    /// Everything that is there; what a crash left half written goes.
    public func load() throws -> Stored {
        try guarded {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let all = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            for name in all where name.hasSuffix(Self.aside) {
                try FileManager.default.removeItem(at: folder.appendingPathComponent(name))
            }
            let names = all.filter { !$0.hasSuffix(Self.aside) }
            let records = try names.filter { $0.hasPrefix("outbox-") }
                .map { Entry(key: $0, bytes: try Data(contentsOf: file($0))) }
            return Stored(records: records, photos: names.filter { $0.hasPrefix("photo-") })
        }
    }

    /// Writes and removes, each step on the disk before the next.
    public func apply(changes: Changes) throws {
        try guarded {
            for entry in changes.put {
                try write(entry)
            }
            for key in changes.remove where FileManager.default.fileExists(atPath: file(key).path) {
                try FileManager.default.removeItem(at: file(key))
            }
            if !changes.remove.isEmpty { try flushFolder() }
        }
    }

    /// The photo of a report, to be sent.
    public func photo(_ key: String) throws -> Data {
        try Data(contentsOf: file(key))
    }

    private func write(_ entry: Entry) throws {
        let aside = folder.appendingPathComponent(entry.key + Self.aside)
        try entry.bytes.write(to: aside)
        let handle = try FileHandle(forUpdating: aside)
        defer { try? handle.close() }
        try handle.synchronize()
        guard rename(aside.path, file(entry.key).path) == 0 else { throw failed() }
        try flushFolder()
    }

    /// A new name is on the disk when its folder is.
    private func flushFolder() throws {
        let opened = open(folder.path, O_RDONLY)
        guard opened >= 0 else { throw failed() }
        defer { close(opened) }
        guard fsync(opened) == 0 else { throw failed() }
    }

    private func failed() -> StorageError {
        .Failed(reason: String(cString: strerror(errno)))
    }

    private func file(_ key: String) -> URL {
        precondition(key.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }, "not a key")
        return folder.appendingPathComponent(key)
    }

    private func guarded<T>(_ act: () throws -> T) throws -> T {
        do {
            return try act()
        } catch let error as StorageError {
            throw error
        } catch {
            throw StorageError.Failed(reason: "\(error)")
        }
    }
}
