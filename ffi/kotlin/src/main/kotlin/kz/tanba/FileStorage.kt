// A storage of the outbox on files, for apps that have no database of their own.

package kz.tanba

import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import java.nio.channels.FileChannel
import java.nio.file.AccessDeniedException
import java.nio.file.Files
import java.nio.file.StandardCopyOption.ATOMIC_MOVE
import java.nio.file.StandardCopyOption.REPLACE_EXISTING
import java.nio.file.StandardOpenOption.READ

/**
 * Keeps each entry in a file of its own. A file is written aside, flushed to the disk and renamed, so that a crash leaves
 * either the old one or the new one; what was kept is on the disk, also when the power fails.
 *
 * @param folder belongs to one outbox alone; it is made when it is missing
 */
class FileStorage(private val folder: File) : Storage {
    override fun load(): Stored = guarded {
        folder.mkdirs()
        val files = folder.listFiles() ?: throw IOException("$folder can't be listed")
        files.filter { it.name.endsWith(ASIDE) }.forEach { it.delete() }
        val records = files.filter { it.name.startsWith("outbox-") && !it.name.endsWith(ASIDE) }
        val photos = files.filter { it.name.startsWith("photo-") && !it.name.endsWith(ASIDE) }
        Stored(records.sortedBy { it.name }.map { Entry(it.name, it.readBytes()) }, photos.map { it.name })
    }

    override fun apply(changes: Changes) = guarded {
        changes.put.forEach { write(it) }
        changes.remove.forEach { Files.deleteIfExists(file(it).toPath()) }
        if (changes.remove.isNotEmpty()) flushFolder()
    }

    /** The photo of a report, to be sent. */
    fun photo(key: String): ByteArray = file(key).readBytes()

    private fun write(entry: Entry) {
        val aside = File(folder, entry.key + ASIDE)
        FileOutputStream(aside).use {
            it.write(entry.bytes)
            it.fd.sync()
        }
        Files.move(aside.toPath(), file(entry.key).toPath(), ATOMIC_MOVE, REPLACE_EXISTING)
        flushFolder()
    }

    /** A new name is on the disk when its folder is. */
    private fun flushFolder() {
        try {
            FileChannel.open(folder.toPath(), READ).use { it.force(true) }
        } catch (_: AccessDeniedException) {
            // Some systems don't open folders, and put names on the disk by themselves.
        }
    }

    private fun file(key: String): File {
        require(key.all { it.isLetterOrDigit() || it == '-' }) { "not a key: $key" }
        return File(folder, key)
    }

    private fun <T> guarded(act: () -> T): T = try {
        act()
    } catch (error: IOException) {
        throw StorageException.Failed(error.message ?: "the disk failed")
    }

    private companion object {
        const val ASIDE = ".aside"
    }
}
