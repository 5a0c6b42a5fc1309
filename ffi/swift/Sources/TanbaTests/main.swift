// The phone core from Swift: the same tests as Kotlin's. What it is given as an argument, the project's own tests make:
// a folder with label.png, sealed.txt, keys.json, keys-older.json and root.bin.

import Foundation
#if canImport(Tanba)
import Tanba
#endif

let given = URL(fileURLWithPath: CommandLine.arguments[1])
let noon = ISO8601DateFormatter().date(from: "2026-11-20T12:00:00Z")!

struct Failed: Error, CustomStringConvertible {
    let description: String
}

func bytes(_ name: String) throws -> Data { try Data(contentsOf: given.appendingPathComponent(name)) }

func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }

func offline() throws -> Offline {
    let offline = try Offline(root: bytes("root.bin"))
    _ = try offline.takeServed(document: bytes("keys.json"), now: noon)
    return offline
}

func equal<T: Equatable>(_ found: T, _ wanted: T) throws {
    if found != wanted { throw Failed(description: "\(found), wanted \(wanted)") }
}

func refused(_ act: () throws -> Void) throws -> Error {
    do { try act() } catch { return error }
    throw Failed(description: "nothing was refused")
}

func scan(_ number: Int) -> NewScan {
    NewScan(
        id: "0193e0b2-5f1c-4c3a-9d55-" + String(repeating: "0", count: 11) + String(number), code: "4870001234560",
        takenAt: noon, consent: .coarse, place: Place(latitude: 51.128234, longitude: 71.430678, accuracyMetres: 12),
        device: nil, verdict: "sold", source: .camera)
}

final class Full: Storage, @unchecked Sendable {
    func load() throws -> Stored { Stored(records: [], photos: []) }
    func apply(changes: Changes) throws { throw StorageError.Failed(reason: "no room") }
}

let tests: [(String, () async throws -> Void)] = [
    ("a text is told by what it names", {
        let scanned = parse(text: "(01)04870001234560(21)3ABCDEFGHJKLM")
        try equal(scanned.kind, "unit")
        try equal(scanned.gtin, "04870001234560")
        try equal(parse(text: "4870001234561").fault?.slug, "wrong-check-digit")
    }),
    ("a picture is decoded without blocking", {
        let found = try await readPhoto(bytes: bytes("label.png"), budget: 5)
        try equal(found.count, 1)
        try equal(found[0].text, text("sealed.txt"))
        try equal(found[0].symbology, "]d2")
        try equal(found[0].scanned, "]d2" + text("sealed.txt"))
        try equal(found[0].corners.count, 4)
    }),
    ("a verdict is given offline in Kazakh", {
        let sealed = try text("sealed.txt")
        let card = try offline().judge(text: "]d2" + sealed, language: .kk, now: noon)
        try equal(card.verdict, "issued")
        try equal(card.title, "Код берілген, қалғаны желі арқылы тексеріледі")
        try equal(card.colour, .neutral)
        let later = noon.addingTimeInterval(25 * 3600)
        try equal(offline().judge(text: sealed, language: .kk, now: later).verdict, "unknown-offline")
        let forged = sealed.replacingOccurrences(of: "3ABC", with: "3ABD")
        try equal(offline().judge(text: forged, language: .kk, now: noon).verdict, "forged-seal")
    }),
    ("an answer of the register becomes a card", {
        let answer = #"{"verdict":"recalled","reasons":[{"slug":"recalled","date":"2026-11-20","cause":"X1"}]}"#
        try equal(card(answer: answer, language: .ru).title, "Товар отозван")
        let error = try refused { _ = try card(answer: "<html>", language: .ru) }
        try equal(error as? AnswerError, .NotAnAnswer)
    }),
    ("errors say what an app can do", {
        let known = try offline()
        let rollback = try refused { _ = try known.takeServed(document: bytes("keys-older.json"), now: noon) }
        try equal(rollback as? KeyListError, .Rollback(held: 2, offered: 1))
        let noRoot = try refused { _ = try Offline(root: Data([1, 2, 3])) }
        try equal(noRoot as? KeyListError, .NoRoot)
        do {
            _ = try await readPhoto(bytes: Data(count: 100), budget: 0.05)
            throw Failed(description: "nothing was refused")
        } catch let error as PhotoError {
            try equal(error, .UnknownFormat)
        }
    }),
    ("a dark frame asks for the torch", {
        let sight = try Live().frame(luma: Data(count: 640 * 480), width: 640, height: 480, rowStride: 640, budget: 0.015)
        try equal(sight.hint, .tooDark)
    }),
    ("an outbox on files survives a restart", {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("outbox-\(UUID())")
        let storage = FileStorage(folder: folder)
        let outbox = try Outbox.open(storage: storage)
        try outbox.keepScan(scan: scan(1))
        try outbox.keepScan(scan: scan(2))
        let fields = [Field(name: "category", value: "expired")]
        let report = NewReport(id: "0193e0b2-5f1c-4c3a-9d55-000000000009", takenAt: noon, fields: fields)
        try outbox.keepReport(report: report, photos: [bytes("label.png")])

        let again = try Outbox.open(storage: FileStorage(folder: folder))
        try equal(again.waiting().count, 3)
        guard case let .scans(number, body, ids) = again.next(now: noon) else { throw Failed(description: "no scans") }
        try equal(ids.count, 2)
        try equal(body.contains("51.125") && !body.contains("51.128"), true)
        try equal(body.contains("camera"), true)
        try again.settle(number: number, outcome: outcomeOf(status: 503, retryAfter: 60), now: noon)
        guard case let .report(second, _, photos) = again.next(now: noon) else { throw Failed(description: "no report") }
        try equal(storage.photo(photos[0]), bytes("label.png"))
        try again.settle(number: second, outcome: outcomeOf(status: 201, retryAfter: nil), now: noon)
        let soon = noon.addingTimeInterval(70)
        guard case let .scans(third, _, _) = again.next(now: soon) else { throw Failed(description: "no second try") }
        try again.settle(number: third, outcome: .sent, now: soon)
        try equal(FileManager.default.contentsOfDirectory(atPath: folder.path).count, 0)
    }),
    ("a storage that fails is told and changes nothing", {
        let outbox = try Outbox.open(storage: Full())
        let error = try refused { try outbox.keepScan(scan: scan(1)) }
        try equal(error as? OutboxError, .Storage(reason: "no room"))
        try equal(outbox.waiting().count, 0)
        var unfit = scan(1)
        unfit.id = "1"
        let why = try refused { try outbox.keepScan(scan: unfit) }
        try equal(why as? OutboxError, .NotFit(why: .id))
    }),
    ("dates and numbers are written as people write them", {
        try equal(formatDate(language: .kk, date: "2026-11-20"), "2026 ж. 20 қараша")
        try equal(formatNumber(language: .ru, number: 1_234_567.5), "1\u{a0}234\u{a0}567,5")
    }),
]

var failed = 0
for (name, test) in tests {
    do {
        try await test()
        print("ok \(name)")
    } catch {
        failed += 1
        print("FAILED \(name): \(error)")
    }
}
exit(failed == 0 ? 0 : 1)
