// The phone core from Kotlin: each function is a test. It runs on any JVM; what it is given as arguments, the project's
// own tests make: a folder with label.png, sealed.txt, keys.json, keys-older.json and root.bin.

package kz.tanba

import java.io.File
import java.nio.ByteBuffer
import java.nio.file.Files
import java.time.Duration
import java.time.Instant
import kotlin.system.exitProcess
import kotlinx.coroutines.async
import kotlinx.coroutines.runBlocking

private lateinit var given: File

private val noon: Instant = Instant.parse("2026-11-20T12:00:00Z")

private fun bytes(name: String) = File(given, name).readBytes()

private fun text(name: String) = File(given, name).readText()

private fun offline() = Offline(bytes("root.bin")).apply { takeServed(bytes("keys.json"), noon) }

private inline fun <reified E : Throwable> refused(act: () -> Unit): E {
    try {
        act()
    } catch (error: Throwable) {
        return error as? E ?: throw AssertionError("another error: $error")
    }
    throw AssertionError("nothing was refused")
}

private fun <T> equal(found: T, wanted: T) {
    if (found != wanted) throw AssertionError("$found, wanted $wanted")
}

fun `a text is told by what it names`() {
    val scanned = parse("(01)04870001234560(21)3ABCDEFGHJKLM")
    equal(scanned.kind, "unit")
    equal(scanned.gtin, "04870001234560")
    equal(parse("4870001234561").fault?.slug, "wrong-check-digit")
}

fun `a picture is decoded without blocking`() = runBlocking {
    val both = listOf(1, 2).map { async { readPhoto(bytes("label.png"), Duration.ofSeconds(5)) } }
    both.forEach {
        val found = it.await().single()
        equal(found.text, text("sealed.txt"))
        equal(found.symbology, "]d2")
        equal(found.scanned, "]d2" + text("sealed.txt"))
        equal(found.format, Format.DATA_MATRIX)
        equal(found.corners.size, 4)
    }
}

fun `a verdict is given offline in Kazakh`() {
    val card = offline().judge("]d2" + text("sealed.txt"), Language.KK, noon)
    equal(card.verdict, "issued")
    equal(card.title, "Код берілген, қалғаны желі арқылы тексеріледі")
    equal(card.colour, Colour.NEUTRAL)
    equal(card.next.first().action, Action.CHECK_ONLINE)
    val later = noon.plus(Duration.ofHours(25))
    equal(offline().judge(text("sealed.txt"), Language.KK, later).verdict, "unknown-offline")
    equal(offline().judge(text("sealed.txt").replace("3ABC", "3ABD"), Language.KK, noon).verdict, "forged-seal")
}

fun `an answer of the register becomes a card`() {
    val answer = """{"verdict":"recalled","reasons":[{"slug":"recalled","date":"2026-11-20","cause":"X1"}]}"""
    val card = card(answer, Language.RU)
    equal(card.title, "Товар отозван")
    equal(card.colour, Colour.DANGER)
    refused<AnswerException.NotAnAnswer> { card("<html>", Language.RU) }
}

fun `errors say what an app can do`() {
    val offline = offline()
    val rollback = refused<KeyListException.Rollback> { offline.takeServed(bytes("keys-older.json"), noon) }
    equal(rollback.held to rollback.offered, 2UL to 1UL)
    refused<KeyListException.Malformed> { offline.takeServed("{}".toByteArray(), noon) }
    refused<KeyListException.NoRoot> { Offline(ByteArray(3)) }
    runBlocking { refused<PhotoException.UnknownFormat> { readPhoto(ByteArray(100), Duration.ofMillis(50)) } }
    val frame = ByteBuffer.allocateDirect(10)
    refused<PhotoException.Broken> { Live().frame(frame, 640u, 480u, 640u, Duration.ofMillis(15)) }
}

fun `a dark frame asks for the torch`() {
    val frame = ByteBuffer.allocateDirect(640 * 480)
    equal(Live().frame(frame, 640u, 480u, 640u, Duration.ofMillis(15)).hint, Hint.TOO_DARK)
}

private fun scan(number: Int) = NewScan(
    id = "0193e0b2-5f1c-4c3a-9d55-%012x".format(number),
    code = "4870001234560",
    takenAt = noon,
    consent = Consent.COARSE,
    place = Place(51.128234, 71.430678, 12.0),
    device = null,
    verdict = "sold",
    source = Source.CAMERA,
)

fun `an outbox on files survives a restart`() {
    val folder = Files.createTempDirectory("outbox").toFile()
    val storage = FileStorage(folder)
    val outbox = Outbox.open(storage)
    outbox.keepScan(scan(1))
    outbox.keepScan(scan(2))
    val report = NewReport("0193e0b2-5f1c-4c3a-9d55-000000000009", noon, listOf(Field("category", "expired")))
    outbox.keepReport(report, listOf(bytes("label.png")))

    val again = Outbox.open(FileStorage(folder))
    equal(again.waiting().size, 3)
    val scans = again.next(noon) as Parcel.Scans
    equal(scans.ids.size, 2)
    equal("51.125" in scans.body && "51.128" !in scans.body, true)
    equal("camera" in scans.body, true)
    again.settle(scans.number, outcomeOf(503u, 60u), noon)
    val parcel = again.next(noon) as Parcel.Report
    equal(storage.photo(parcel.photos.single()).contentEquals(bytes("label.png")), true)
    again.settle(parcel.number, outcomeOf(201u, null), noon)
    equal(again.next(noon), null)
    equal(again.dueAt(noon)!! > noon.plusSeconds(59), true)
    val second = again.next(noon.plusSeconds(70)) as Parcel.Scans
    again.settle(second.number, Outcome.Sent, noon)
    equal(folder.list()?.size, 0)
}

fun `a storage that fails is told and changes nothing`() {
    val full = object : Storage {
        override fun load() = Stored(emptyList(), emptyList())

        override fun apply(changes: Changes) = throw StorageException.Failed("no room")
    }
    val outbox = Outbox.open(full)
    equal(refused<OutboxException.Storage> { outbox.keepScan(scan(1)) }.reason, "no room")
    equal(outbox.waiting().size, 0)
    equal(refused<OutboxException.NotFit> { outbox.keepScan(scan(1).copy(id = "1")) }.why, Unfit.ID)
    equal(refused<OutboxException.NotFit> { outbox.keepScan(scan(1).copy(takenAt = Instant.EPOCH)) }.why, Unfit.TIME)
}

fun `dates and numbers are written as people write them`() {
    equal(formatDate(Language.KK, "2026-11-20"), "2026 ж. 20 қараша")
    equal(formatNumber(Language.RU, 1234567.5), "1\u00a0234\u00a0567,5")
    equal(formatRelative(Language.RU, noon.minusSeconds(22 * 60), noon), "22 минуты назад")
    equal(languageOf("kk-KZ"), Language.KK)
}

fun main(arguments: Array<String>) {
    given = File(arguments[0])
    val tests = listOf(
        "a text is told by what it names" to ::`a text is told by what it names`,
        "a picture is decoded without blocking" to ::`a picture is decoded without blocking`,
        "a verdict is given offline in Kazakh" to ::`a verdict is given offline in Kazakh`,
        "an answer of the register becomes a card" to ::`an answer of the register becomes a card`,
        "errors say what an app can do" to ::`errors say what an app can do`,
        "a dark frame asks for the torch" to ::`a dark frame asks for the torch`,
        "an outbox on files survives a restart" to ::`an outbox on files survives a restart`,
        "a storage that fails is told and changes nothing" to ::`a storage that fails is told and changes nothing`,
        "dates and numbers are written as people write them" to ::`dates and numbers are written as people write them`,
    )
    var failed = 0
    for ((name, test) in tests) {
        try {
            test()
            println("ok $name")
        } catch (error: Throwable) {
            failed += 1
            println("FAILED $name: $error")
        }
    }
    exitProcess(if (failed == 0) 0 else 1)
}
